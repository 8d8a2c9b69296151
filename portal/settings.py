"""Settings, driven by environment variables; `.env.example` lists every one.

Two editions run the same code. The embedded edition (default) keeps an SQLite
database and its files under `var/` and needs no other service. The production
edition is chosen by `DATABASE_URL` (PostgreSQL) and `REDIS_URL`.
"""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from portal import wiring
from portal.documents.words import wrong_words
from portal.log_server import BadTarget, read_target
from portal.networks import BadNetwork, read_networks
from portal.secret_key import embedded_secret_key
from portal.security_profile import PROFILES as SECURITY_PROFILES

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("PORTAL_VAR") or ROOT / "var")

env = environ.Env()
env.read_env(ROOT / ".env")

DEBUG = env.bool("DEBUG", default=False)
EDITION = env("EDITION", default="embedded")
if EDITION not in {"embedded", "production"}:
    raise ImproperlyConfigured("EDITION 只能是 embedded 或 production")
PRODUCTION = EDITION == "production"
# djbh2 or djbh3: the level of 等保 whose limits hold; see portal/security_profile.py.
SECURITY_PROFILE = env("SECURITY_PROFILE", default="djbh2")
if SECURITY_PROFILE not in SECURITY_PROFILES:
    raise ImproperlyConfigured(f"SECURITY_PROFILE 只能是 {' 或 '.join(SECURITY_PROFILES)}")
LIMITS = SECURITY_PROFILES[SECURITY_PROFILE]

SECRET_KEY = env("SECRET_KEY", default="") or ("" if PRODUCTION else embedded_secret_key(VAR, "secret.key"))
if not SECRET_KEY:
    raise ImproperlyConfigured("正式环境必须设置 SECRET_KEY")
# Keys that encrypt personal data and second-factor seeds: "id:base64,…"; the first one encrypts.
FIELD_KEYS = env("FIELD_KEYS", default="") or ("" if PRODUCTION else embedded_secret_key(VAR, "field.key"))
if not FIELD_KEYS:
    raise ImproperlyConfigured("正式环境必须设置 FIELD_KEYS")

# Signs approved payout batches: a long random text, used for nothing else. Without it none can be approved.
PAYOUT_KEY = env("PAYOUT_KEY", default="") or ("" if PRODUCTION else embedded_secret_key(VAR, "payout.key"))

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where the public reaches the portal, printed into QR codes; empty: the address the office itself uses.
PUBLIC_URL = env("PUBLIC_URL", default="")
# The harmless page that somebody who reports without a name leaves for.
LEAVE_URL = env("LEAVE_URL", default="https://www.gov.cn/")

COUNTY_NAME = env("COUNTY_NAME", default="云溪县")
SYSTEM_NAME = "优化营商环境工作调度平台"
DOCUMENT_PREFIX = env("DOCUMENT_PREFIX", default="云营商办")
# Words of the county's own for kinds of documents: letter.circulate=督办通报; see `portal.documents.words`.
DOCUMENT_WORDS = env.dict("DOCUMENT_WORDS", default={})
if wrong := wrong_words(DOCUMENT_WORDS):
    raise ImproperlyConfigured(f"DOCUMENT_WORDS: {'; '.join(wrong)}")
# `manage.py demo` leaves the marker beside the sample's data.
SAMPLE_MARKER = VAR / "sample-edition"
SAMPLE_EDITION = env.bool("SAMPLE_EDITION", default=not PRODUCTION and SAMPLE_MARKER.exists())
# The accounts that the login page of the sample edition offers: one per role, and a liaison whose unit pays policies.
SAMPLE_ACCOUNTS = [
    "shenruoning",
    "guweizhou",
    "linxiaowen",
    "leihongbo",
    "chengweidong",
    "zhouqiming",
    "luzhixing",
    "xuzhixing",
    "panjing",
    "fangzhengping",
    "jianghuaijin",
    "mengzhiyuan",
]

INSTALLED_APPS = [
    "portal",
    "indicators",
    "complaints",
    "policies",
    "reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_filters",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "portal.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.head_requests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.audit_context",
    "portal.network_limits.network_limits",
    "portal.middleware.session_limits",
    "portal.middleware.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.method_pages",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.shell.shell",
            ],
            "builtins": ["template_partials.templatetags.partials", "portal.templatetags.portal_ui"],
        },
    },
]

# Database

DATABASE_URL = env("DATABASE_URL", default=f"sqlite:///{VAR / 'portal.sqlite3'}")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
TEST_DB_SUFFIX = env("TEST_DB_SUFFIX", default="")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / f"test{TEST_DB_SUFFIX}.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env.bool("PGBOUNCER", default=False)
    if not DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"]:
        # Compiling a page's query takes longer than answering it, and the default price of a random page is
        # that of turning disks. PgBouncer takes no options: there they are set with ALTER DATABASE.
        DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c jit=off -c random_page_cost=1.1"
    DATABASES["default"]["TEST"] = {"NAME": f"test_portal{TEST_DB_SUFFIX}"}
# Usernames are unique whatever their case, by a constraint on lower(username); Django's check only
# knows `unique=True`.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People and sessions

AUTH_USER_MODEL = "portal.User"
LOGIN_URL = "portal:login"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["portal.backends.AccountBackend"]
# djbh (等保: classes, 90 days) or asvs (longer, no classes, no rotation); see portal/passwords.py.
PASSWORD_PROFILE = env("PASSWORD_PROFILE", default="djbh")
if PASSWORD_PROFILE not in {"djbh", "asvs"}:
    raise ImproperlyConfigured("PASSWORD_PROFILE 只能是 djbh 或 asvs")
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "portal.passwords.LengthValidator"},
    {"NAME": "portal.passwords.CharacterClassValidator"},
    {"NAME": "portal.passwords.PersonalValidator"},
    {"NAME": "portal.passwords.CommonValidator"},
    {"NAME": "portal.passwords.ReuseValidator"},
]
SESSION_COOKIE_AGE = LIMITS.session_hours * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
# Networks from which the three duties may work, and from which programmes may call the API; empty: from anywhere.
try:
    ADMIN_NETWORKS = read_networks("ADMIN_NETWORKS", env.list("ADMIN_NETWORKS", default=[]))
    API_NETWORKS = read_networks("API_NETWORKS", env.list("API_NETWORKS", default=[]))
except BadNetwork as error:
    raise ImproperlyConfigured(str(error)) from None

# Language and time

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# Files

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR / "files")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# ClamAV's clamd, which looks at every upload: tcp://host:port or unix:///path; empty: none.
CLAMD_ADDRESS = env("CLAMD_ADDRESS", default="")
FONT_FOLDER = env("FONT_FOLDER", default="")
# Where backups go (another disk or machine), and how many the nightly job keeps; 0 turns the job off.
BACKUP_FOLDER = Path(env("BACKUP_FOLDER", default=str(VAR / "backups")))
BACKUP_KEEP = env.int("BACKUP_KEEP", default=LIMITS.backups_kept if PRODUCTION else 0)

# Security

# The end of the audit chain, written down every night outside the database; best on another machine's share.
AUDIT_ANCHOR_FILE = Path(env("AUDIT_ANCHOR_FILE", default=str(VAR / "audit_anchors.txt")))
# The log server that gets every event of the audit trail within seconds: udp://, tcp://, tls:// or unix://; empty: none.
try:
    SYSLOG_TARGET = read_target("SYSLOG_URL", env("SYSLOG_URL", default=""), env("SYSLOG_CA", default=""))
except BadTarget as error:
    raise ImproperlyConfigured(str(error)) from None
# The time server with which the status page compares the clock (SNTP); empty: the database server only.
NTP_SERVER = env("NTP_SERVER", default="")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_TLS = env.bool("BEHIND_TLS", default=PRODUCTION)
if BEHIND_TLS:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# Mail, cache, periodic work

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "dummymail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="portal@localhost")
MAIL_CHANNEL = env.bool("MAIL_CHANNEL", default="EMAIL_URL" in os.environ)
GATEWAY_URL = env("GATEWAY_URL", default="")
GATEWAY_TOKEN = env("GATEWAY_TOKEN", default="")

REDIS_URL = env("REDIS_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache"
        if REDIS_URL
        else "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": REDIS_URL or "portal",
    }
}
# A slot of periodic work is taken over when its worker has been silent so long (longer than a task may last).
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=900)
# A notice that is being sent is taken over when its relay has been silent so long.
DELIVERY_CLAIM_SECONDS = 120
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}

# API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "portal.api.authentication.TokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.permissions.IsPermitted"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "portal.api.pagination.KeysetPagination",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.AccountThrottle"],
    "DEFAULT_THROTTLE_RATES": {"account": env("API_RATE", default="600/min")},
    "EXCEPTION_HANDLER": "portal.api.errors.handle",
    "COERCE_DECIMAL_TO_STRING": True,
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "优化营商环境工作调度平台接口",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "CaseTypeEnum": "complaints.kinds.CaseType",
        "ProblemKindEnum": "complaints.kinds.ProblemKind",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
}

# What the base application asks of the others

WAITING_COUNTERS = wiring.WAITING_COUNTERS
SEARCH_PROVIDERS = wiring.SEARCH_PROVIDERS
ENTERPRISE_REFERENCES = wiring.ENTERPRISE_REFERENCES
ENTERPRISE_REFERENCES_LEFT = wiring.ENTERPRISE_REFERENCES_LEFT
ENTERPRISE_BLOCKS = wiring.ENTERPRISE_BLOCKS
ENTERPRISE_OWN_BLOCKS = wiring.ENTERPRISE_OWN_BLOCKS
AUDIT_LABELS = wiring.AUDIT_LABELS
AUDIT_TABLES = wiring.AUDIT_TABLES
JOB_MODULES = wiring.JOB_MODULES
KEY_ROTATIONS = wiring.KEY_ROTATIONS
SEALED_COLUMNS = wiring.SEALED_COLUMNS
LABELLED_COLUMNS = wiring.LABELLED_COLUMNS
CALENDAR_LISTENERS = wiring.CALENDAR_LISTENERS
ATTACHMENT_SCOPES = wiring.ATTACHMENT_SCOPES
WORKFLOW_TABLES = wiring.WORKFLOW_TABLES
