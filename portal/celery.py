"""The doorbell of the production edition: beat rings once a minute, workers ask the database what is due."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal", include=["portal.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = {
    # A bell that nobody heard within the minute is useless: the next one rings for the same slots.
    "tick": {"task": "portal.tasks.tick", "schedule": 60.0, "options": {"expires": 55}},
}
if settings.SYSLOG_TARGET is not None:
    app.conf.beat_schedule["forward_audit"] = {
        "task": "portal.tasks.forward_audit",
        "schedule": 2.0,
        "options": {"expires": 2},
    }
