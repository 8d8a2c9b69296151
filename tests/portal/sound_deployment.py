"""A deployment that meets every clause, made in the test's own database: real sockets, files, rows and settings."""

import base64
import contextlib
import hashlib
import secrets
from pathlib import Path

from django.conf import settings as portal_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.utils import timezone

from portal import crypto, file_store
from portal.log_server import read_target
from portal.models import Attachment, CalendarYear, JobSlot, LogForwarding, User
from portal.networks import read_networks
from portal.selectors.jobs import registry
from portal.services import audit, audit_chain
from portal.services.audit_forwarding import forward_due
from portal.services.second_factor import CONTEXT
from tests.factories import OrganisationFactory, UserFactory
from tests.portal.clamd import clamd
from tests.portal.log_sinks import Sink, tcp, time_server

CONTENT = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"


def password(word):
    """Hash a password as the portal does, but quickly."""
    return PBKDF2PasswordHasher().encode(word, secrets.token_hex(8), iterations=1)


def person(username, name, role, unit):
    """An account with its own password and an encrypted second factor."""
    row = UserFactory(
        username=username, name=name, organisation=unit, roles=[role], password=password(username)
    )
    User.objects.filter(pk=row.pk).update(
        totp_secret=crypto.encrypt("JBSWY3DPEHPK3PXP", CONTEXT),
        totp_confirmed_at=timezone.now(),
        password_changed_at=timezone.now(),
    )
    return row


@contextlib.contextmanager
def sound_deployment(settings, folder, profile):
    """Yield the people by role; everything that `check_djbh` asks about but the backups is right."""
    _configure(settings, folder, profile)
    unit = OrganisationFactory(code="yingshangban", name="云溪县营商办", short_name="县营商办")
    people = {
        role: person(username, name, role, unit)
        for role, username, name in (
            ("sysadmin", "fangzhengping", "方正平"),
            ("security", "jianghuaijin", "江怀瑾"),
            ("auditor", "mengzhiyuan", "孟知远"),
            ("office", "shenruoning", "沈若宁"),
        )
    }
    CalendarYear.objects.bulk_create(CalendarYear(year=timezone.localdate().year + ahead) for ahead in (0, 1))
    _keep_a_file(people["office"])
    now = timezone.now()
    JobSlot.objects.bulk_create(
        JobSlot(job=name, slot_at=now, state=JobSlot.State.DONE, finished_at=now) for name in registry()
    )
    User.objects.filter(pk=people["office"].pk).update(last_login=now)
    event = audit.build_event(None, "session.login", actor=people["office"])
    event.address = "10.12.3.9"
    event.save(force_insert=True)
    audit_chain.seal_events(now)
    audit_chain.anchor(now)
    cache.clear()
    sink = Sink()
    with clamd() as scanner, tcp(sink) as server, time_server() as (clock, _asked):
        settings.CLAMD_ADDRESS = scanner.address
        settings.NTP_SERVER = clock
        settings.SYSLOG_TARGET = read_target("SYSLOG_URL", f"tcp://127.0.0.1:{server.server_address[1]}")
        LogForwarding.objects.all().delete()
        assert not forward_due(now).failure
        yield people


def _configure(settings, folder, profile):
    settings.SECURITY_PROFILE = profile
    settings.PASSWORD_PROFILE = "djbh"
    settings.SECRET_KEY = secrets.token_urlsafe(48)
    settings.FIELD_KEYS = f"k1:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}"
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "BEHIND_TLS"):
        setattr(settings, name, True)
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    settings.DEBUG = settings.SAMPLE_EDITION = False
    settings.TRUSTED_PROXIES = ["192.0.2.10"]
    settings.ADMIN_NETWORKS = read_networks("ADMIN_NETWORKS", ["10.12.3.0/24"])
    settings.MEDIA_ROOT = folder / "files"
    settings.AUDIT_ANCHOR_FILE = folder / "anchors.txt"
    settings.BACKUP_FOLDER = folder / "backups"
    settings.VAR = folder / "var"
    settings.VAR.mkdir()
    assert Path(portal_settings.VAR) == settings.VAR


def _keep_a_file(actor):
    name = file_store.write(CONTENT)
    Attachment.objects.create(
        token=secrets.token_hex(16),
        content_type=ContentType.objects.get_for_model(User),
        object_id=actor.pk,
        name="免审清单.pdf",
        stored_name=name,
        media_type="application/pdf",
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        uploaded_by=actor,
        scan=Attachment.Scan.CLEAN,
    )
