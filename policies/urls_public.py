"""Addresses for people without an account, and those of the enterprises' codes; included by `policies.urls`."""

from django.urls import URLPattern, path

from policies.views import enterprise_codes, mine, public, public_check, public_link, subscriptions

urlpatterns: list[URLPattern] = [
    path("benefits/", public.benefit_list, name="benefit_list"),
    path("benefits/check/", public_check.benefit_check, name="benefit_check"),
    path("benefits/code/", public_check.benefit_code, name="benefit_code"),
    path("policies/answer/<slug:token>/", public_link.benefit_link, name="benefit_link"),
    path("policies/answer/<slug:token>/decline/", public_link.benefit_decline, name="benefit_decline"),
    # subscriptions
    path("benefits/subscribe/", subscriptions.subscribe, name="subscribe"),
    path(
        "benefits/subscribe/confirm/<slug:token>/", subscriptions.subscribe_confirm, name="subscribe_confirm"
    ),
    path("benefits/subscribe/stop/<slug:token>/", subscriptions.subscribe_stop, name="subscribe_stop"),
    # an enterprise's own page
    path("e/<slug:code>/", mine.mine_gate, name="mine_gate"),
    path("e/<slug:code>/send/", mine.mine_send, name="mine_send"),
    path("benefits/mine/", mine.mine, name="mine"),
    path("benefits/mine/correct/", mine.mine_correct, name="mine_correct"),
    path("benefits/mine/leave/", mine.mine_leave, name="mine_leave"),
    path("benefits/mine/notices/<int:key>/", mine.mine_answer, name="mine_answer"),
    path("benefits/mine/notices/<int:key>/decline/", mine.mine_decline, name="mine_decline"),
    path("benefits/<slug:number>/", public.benefit_detail, name="benefit_detail"),
    # the office's pages of the codes
    path("policies/codes/", enterprise_codes.code_list, name="code_list"),
    path("policies/codes/open/", enterprise_codes.code_open, name="code_open"),
    path("policies/codes/sheet/", enterprise_codes.code_sheet, name="code_sheet"),
    path("policies/codes/sheet/pdf/", enterprise_codes.code_sheet_pdf, name="code_sheet_pdf"),
    path("policies/codes/subscriptions/", subscriptions.subscription_list, name="subscription_list"),
    path("policies/codes/corrections/", enterprise_codes.correction_list, name="correction_list"),
    path(
        "policies/codes/corrections/<int:key>/", enterprise_codes.correction_settle, name="correction_settle"
    ),
    path("policies/codes/<slug:code>/", enterprise_codes.code_detail, name="code_detail"),
    path("policies/codes/<slug:code>/<slug:step>/", enterprise_codes.code_step, name="code_step"),
]
