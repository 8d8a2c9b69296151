"""The portal's Celery application, ringing every second instead of every minute."""

from portal.celery import app

app.conf.beat_schedule = {
    "tick": {"task": "portal.tasks.tick", "schedule": 1.0, "options": {"expires": 5}},
}
