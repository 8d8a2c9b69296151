"""Addresses of the pages."""

from django.urls import URLPattern, path

from reports.views import home

app_name = "reports"

urlpatterns: list[URLPattern] = [
    # home
    path("", home.home, name="home"),
    path("chief/", home.chief, name="chief"),
    path("leader/", home.leader, name="leader"),
]
