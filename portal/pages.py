"""Addresses of the base application's pages."""

from django.urls import URLPattern, path

from portal.views import audit, files, inbox, jobs

app_name = "portal"

urlpatterns: list[URLPattern] = [
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
]
