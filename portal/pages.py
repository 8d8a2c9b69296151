"""Addresses of the base application's pages."""

from django.urls import URLPattern, path

from portal.views import (
    audit,
    calendar,
    files,
    inbox,
    jobs,
    organisations,
    people,
    people_steps,
    profile,
    search,
    session,
    settings,
    style_guide,
    system,
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
    path("profile/second-factor/", profile.second_factor_page, name="second_factor"),
    path("profile/second-factor/start/", profile.second_factor_start, name="second_factor_start"),
    path("profile/second-factor/confirm/", profile.second_factor_confirm, name="second_factor_confirm"),
    path("profile/second-factor/drop/", profile.second_factor_drop, name="second_factor_drop"),
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
    path("system/calendar/confirm/", calendar.calendar_confirm, name="calendar_confirm"),
    path("system/calendar/<str:day>/", calendar.calendar_day, name="calendar_day"),
    # settings
    path("system/settings/", settings.setting_list, name="setting_list"),
    path("system/settings/<str:key>/", settings.setting_edit, name="setting_edit"),
    # search
    path("search/", search.search, name="search"),
    # style guide
    path("system/style-guide/", style_guide.style_guide, name="style_guide"),
]
