"""Addresses of the base application's pages."""

from django.urls import URLPattern

app_name = "portal"

urlpatterns: list[URLPattern] = []
