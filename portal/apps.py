"""The base application: people, organisations, calendar, history, notices, files, numbers."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "平台"
