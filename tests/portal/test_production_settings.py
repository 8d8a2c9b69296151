"""IA-5 and DESIGN's rules of the web, asked of the production edition as it starts: its own process, its own settings."""

import base64
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.edition
ROOT = Path(__file__).resolve().parent.parent.parent
YEAR = 31_536_000
ASK = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
asked = {}
for name, secure in (("plain", False), ("tls", True)):
    answer = Client().get("/login/", secure=secure, headers={"host": "portal.example"})
    cookies = {key: {flag: str(morsel[flag]) for flag in ("secure", "httponly", "samesite", "path", "domain")}
               for key, morsel in answer.cookies.items()}
    asked[name] = {"status": answer.status_code, "headers": dict(answer.headers), "cookies": cookies}
asked["session"] = {"name": settings.SESSION_COOKIE_NAME, "secure": settings.SESSION_COOKIE_SECURE,
    "httponly": settings.SESSION_COOKIE_HTTPONLY, "samesite": settings.SESSION_COOKIE_SAMESITE,
    "path": settings.SESSION_COOKIE_PATH, "domain": settings.SESSION_COOKIE_DOMAIN, "debug": settings.DEBUG}
json.dump(asked, sys.stdout)
"""


def production(folder, **changes):
    return {
        **os.environ,
        "EDITION": "production",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_VAR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
        "REDIS_URL": "",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": f"k1:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}",
        "ALLOWED_HOSTS": "portal.example",
        **changes,
    }


def run(environment, *arguments):
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """What the production edition answers at its login page, over plain HTTP and over TLS."""
    folder = tmp_path_factory.mktemp("production")
    # The manifest of static files is made once at installation, before the portal starts.
    environment = production(folder)
    collected = run(environment, "-m", "django", "collectstatic", "--noinput", "-v0")
    assert collected.returncode == 0, collected.stderr
    done = run(environment, "-c", ASK)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_plain_http_is_sent_to_tls_and_gets_no_cookie(asked):
    plain = asked["plain"]
    assert (plain["status"], plain["headers"]["Location"]) == (301, "https://portal.example/login/")
    assert plain["cookies"] == {}


def test_the_headers_of_a_page(asked):
    headers = asked["tls"]["headers"]
    assert f"max-age={YEAR}" in headers["Strict-Transport-Security"]
    assert "includeSubDomains" in headers["Strict-Transport-Security"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_cookies_are_bound_to_the_host_to_tls_and_to_the_site(asked):
    cookie = asked["tls"]["cookies"]["__Host-csrf"]
    assert cookie == {"secure": "True", "httponly": "", "samesite": "Lax", "path": "/", "domain": ""}
    assert asked["session"] == {
        "name": "__Host-session",
        "secure": True,
        "httponly": True,
        "samesite": "Lax",
        "path": "/",
        "domain": None,
        "debug": False,
    }


def test_the_deployment_check_has_nothing_to_say(tmp_path):
    done = run(production(tmp_path), "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("missing", "sentence"), [("SECRET_KEY", "必须设置 SECRET_KEY"), ("FIELD_KEYS", "必须设置 FIELD_KEYS")]
)
def test_without_its_secrets_the_production_edition_does_not_start(tmp_path, missing, sentence):
    done = run(production(tmp_path, **{missing: ""}), "-m", "django", "check")
    assert done.returncode != 0
    assert sentence in done.stderr
