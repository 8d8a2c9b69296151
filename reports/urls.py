"""Addresses of the pages."""

from django.urls import URLPattern, path

from reports.views import bulletins, figures, home, sheets

app_name = "reports"

urlpatterns: list[URLPattern] = [
    # home
    path("", home.home, name="home"),
    path("chief/", home.chief, name="chief"),
    path("leader/", home.leader, name="leader"),
    # bulletins
    path("bulletins/", bulletins.bulletin_list, name="bulletin_list"),
    path("bulletins/draft/", bulletins.bulletin_draft, name="bulletin_draft"),
    path("bulletins/<slug:code>/", bulletins.bulletin_detail, name="bulletin_detail"),
    path("bulletins/<slug:code>/edit/<slug:section>/", bulletins.bulletin_edit, name="bulletin_edit"),
    path("bulletins/<slug:code>/refresh/", bulletins.bulletin_refresh, name="bulletin_refresh"),
    path("bulletins/<slug:code>/units/", bulletins.bulletin_units, name="bulletin_units"),
    path("bulletins/<slug:code>/submit/", bulletins.bulletin_submit, name="bulletin_submit"),
    path("bulletins/<slug:code>/return/", bulletins.bulletin_return, name="bulletin_return"),
    path("bulletins/<slug:code>/issue/", bulletins.bulletin_issue, name="bulletin_issue"),
    path("bulletins/<slug:code>/correct/", bulletins.bulletin_correct, name="bulletin_correct"),
    path("bulletins/<slug:code>/docx/", bulletins.bulletin_file, {"form": "docx"}, name="bulletin_docx"),
    path("bulletins/<slug:code>/pdf/", bulletins.bulletin_file, {"form": "pdf"}, name="bulletin_pdf"),
    path("bulletins/<slug:code>/figures/<str:key>/", bulletins.bulletin_rows, name="bulletin_rows"),
    # figures
    path("figures/", figures.figure_list, name="figure_list"),
    path("figures/<str:key>/", figures.figure_rows, name="figure_rows"),
    path("figures/<str:key>/export/", figures.figure_export, name="figure_export"),
    # dispatch
    path("dispatch/<slug:slug>/sheet/", sheets.dispatch_sheet, name="dispatch_sheet"),
    path("dispatch/<slug:slug>/sheet/<slug:kind>/", sheets.sheet_file, name="sheet_file"),
    path("dispatch/<slug:slug>/meeting/", sheets.meeting, name="meeting"),
]
