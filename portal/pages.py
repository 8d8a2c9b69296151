"""Addresses of the base application's pages."""

from django.urls import URLPattern, path

from portal.views import files

app_name = "portal"

urlpatterns: list[URLPattern] = [
    # files
    path("files/<slug:token>/", files.file_download, name="file"),
]
