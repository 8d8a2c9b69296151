"""Addresses of the base application's pages."""

from django.urls import URLPattern, path

from portal.views import (
    audit,
    calendar,
    enterprise_imports,
    enterprise_merging,
    enterprises,
    files,
    inbox,
    jobs,
    organisations,
    people,
    people_steps,
    profile,
    saved_queries,
    search,
    second_factor,
    session,
    settings,
    style_guide,
    system,
    tokens,
)

app_name = "portal"

urlpatterns: list[URLPattern] = [
    # identity
    path("login/", session.login, name="login"),
    path("login/code/", session.login_code, name="login_code"),
    path("login/sample/", session.sample_login, name="sample_login"),
    path("logout/", session.logout, name="logout"),
    path("prove/", session.prove, name="prove"),
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", profile.password_change, name="password_change"),
    path("profile/sessions/end/", profile.end_other_sessions, name="end_other_sessions"),
    path("profile/second-factor/", second_factor.second_factor_page, name="second_factor"),
    path("profile/second-factor/start/", second_factor.second_factor_start, name="second_factor_start"),
    path("profile/second-factor/confirm/", second_factor.second_factor_confirm, name="second_factor_confirm"),
    path("profile/second-factor/codes/", second_factor.recovery_codes_renew, name="recovery_codes_renew"),
    path("profile/second-factor/drop/", second_factor.second_factor_drop, name="second_factor_drop"),
    path("profile/tokens/", tokens.token_list, name="token_list"),
    path("profile/tokens/issue/", tokens.token_issue, name="token_issue"),
    path("profile/tokens/<int:key>/revoke/", tokens.token_revoke, name="token_revoke"),
    # queries kept from any list
    path("queries/save/", saved_queries.query_save, name="query_save"),
    path("queries/<int:key>/remove/", saved_queries.query_remove, name="query_remove"),
    # people and units
    path("system/", system.system, name="system"),
    path("system/people/", people.user_list, name="user_list"),
    path("system/people/create/", people.user_create, name="user_create"),
    path("system/people/export/", people.user_export, name="user_export"),
    path("system/people/<str:username>/", people.user_detail, name="user_detail"),
    path("system/people/<str:username>/edit/", people.user_edit, name="user_edit"),
    path("system/people/<str:username>/grant/", people_steps.user_grant, name="user_grant"),
    path("system/people/<str:username>/revoke/", people_steps.user_revoke, name="user_revoke"),
    path("system/people/<str:username>/unlock/", people_steps.user_unlock, name="user_unlock"),
    path("system/people/<str:username>/disable/", people_steps.user_disable, name="user_disable"),
    path("system/people/<str:username>/enable/", people_steps.user_enable, name="user_enable"),
    path("system/people/<str:username>/hand-over/", people_steps.user_hand_over, name="user_hand_over"),
    path(
        "system/people/<str:username>/reset-password/",
        people_steps.user_reset_password,
        name="user_reset_password",
    ),
    path(
        "system/people/<str:username>/reset-second-factor/",
        people_steps.user_reset_second_factor,
        name="user_reset_second_factor",
    ),
    path("system/organisations/", organisations.organisation_list, name="organisation_list"),
    path("system/organisations/create/", organisations.organisation_create, name="organisation_create"),
    path("system/organisations/<slug:code>/", organisations.organisation_edit, name="organisation_edit"),
    path(
        "system/organisations/<slug:code>/close/", organisations.organisation_close, name="organisation_close"
    ),
    path(
        "system/organisations/<slug:code>/reopen/",
        organisations.organisation_reopen,
        name="organisation_reopen",
    ),
    # market entities
    path("enterprises/", enterprises.enterprise_list, name="enterprise_list"),
    path("enterprises/export/", enterprises.enterprise_export, name="enterprise_export"),
    path("enterprises/new/", enterprises.enterprise_create, name="enterprise_create"),
    path("enterprises/duplicates/", enterprise_merging.enterprise_duplicates, name="enterprise_duplicates"),
    path("enterprises/import/", enterprise_imports.enterprise_import, name="enterprise_import"),
    path(
        "enterprises/import/template/",
        enterprise_imports.enterprise_import_template,
        name="enterprise_import_template",
    ),
    path(
        "enterprises/import/<slug:token>/",
        enterprise_imports.enterprise_import_detail,
        name="enterprise_import_detail",
    ),
    path(
        "enterprises/import/<slug:token>/apply/",
        enterprise_imports.enterprise_import_apply,
        name="enterprise_import_apply",
    ),
    path(
        "enterprises/import/<slug:token>/discard/",
        enterprise_imports.enterprise_import_discard,
        name="enterprise_import_discard",
    ),
    path(
        "enterprises/import/<slug:token>/errors/",
        enterprise_imports.enterprise_import_errors,
        name="enterprise_import_errors",
    ),
    path("enterprises/<slug:code>/", enterprises.enterprise_detail, name="enterprise_detail"),
    path("enterprises/<slug:code>/edit/", enterprises.enterprise_edit, name="enterprise_edit"),
    path("enterprises/<slug:code>/merge/", enterprise_merging.enterprise_merge, name="enterprise_merge"),
    path("enterprises/<slug:code>/<slug:step>/", enterprises.enterprise_step, name="enterprise_step"),
    # files
    path("files/<slug:token>/", files.file_download, name="file"),
    # jobs
    path("system/jobs/", jobs.job_list, name="job_list"),
    path("system/jobs/<slug:name>/run/", jobs.job_run, name="job_run"),
    path("system/jobs/retry-deliveries/", jobs.delivery_retry, name="delivery_retry"),
    # notices
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.inbox_read, name="inbox_read"),
    path("inbox/<int:key>/", inbox.notice_open, name="notice_open"),
    # audit
    path("system/audit/", audit.audit_list, name="audit_list"),
    path("system/audit/export/", audit.audit_export, name="audit_export"),
    # calendar
    path("system/calendar/", calendar.calendar, name="calendar"),
    path("system/calendar/template/", calendar.calendar_template, name="calendar_template"),
    path("system/calendar/upload/", calendar.calendar_upload, name="calendar_upload"),
    path("system/calendar/propose/", calendar.calendar_propose, name="calendar_propose"),
    path("system/calendar/proposals/<int:key>/", calendar.calendar_proposal, name="calendar_proposal"),
    path("system/calendar/proposals/<int:key>/confirm/", calendar.calendar_confirm, name="calendar_confirm"),
    path("system/calendar/proposals/<int:key>/return/", calendar.calendar_return, name="calendar_return"),
    path("system/calendar/<str:day>/", calendar.calendar_day, name="calendar_day"),
    # settings
    path("system/settings/", settings.setting_list, name="setting_list"),
    path("system/settings/<str:key>/", settings.setting_edit, name="setting_edit"),
    # search
    path("search/", search.search, name="search"),
    # style guide
    path("system/style-guide/", style_guide.style_guide, name="style_guide"),
]
