"""The portal's settings for the processes that these tests start and kill: short leases, their own jobs."""

import os

from portal import settings as portal_settings

vars().update({name: getattr(portal_settings, name) for name in dir(portal_settings) if name.isupper()})

JOB_MODULES = ["tests.chaos.work"]
JOB_LEASE_SECONDS = int(os.environ.get("CHAOS_LEASE", "5"))
DELIVERY_CLAIM_SECONDS = 3
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 0
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": int(os.environ.get("CHAOS_VISIBILITY", "20")),
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}
