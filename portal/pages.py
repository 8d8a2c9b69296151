"""Addresses of the base application's pages."""

from django.urls import URLPattern, path

from portal.views import files, jobs

app_name = "portal"

urlpatterns: list[URLPattern] = [
    # files
    path("files/<slug:token>/", files.file_download, name="file"),
    # jobs
    path("system/jobs/", jobs.job_list, name="job_list"),
    path("system/jobs/<slug:name>/run/", jobs.job_run, name="job_run"),
]
