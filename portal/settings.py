"""Settings, all from the environment. With DEBUG off, unsafe values are refused at start (see portal/safety.py)."""

import logging
from pathlib import Path
from zoneinfo import ZoneInfo

import environ
from django.utils.translation import gettext_lazy as _

from portal.links import watched_link
from portal.logs import logging_settings
from portal.safety import refuse_unsafe

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if DEBUG or DEMO else [])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")

# --- apps ------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "claims",
    "receivables",
    "policies",
    "buyers",
    "desk",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "js_lib_bootstrap5",
    "django_celery_beat",
    "django_celery_results",
    "django_countries",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "django_tables2",
    "lucide",
    "pgtrigger",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PersonLanguageMiddleware",
    "accounts.middleware.SignInMiddleware",
    "accounts.middleware.CorrelationMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.FirmMiddleware",
    "portal.middleware.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionNotesMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "portal/table.html"

# --- database, cache, queue ------------------------------------------------------------------------------------------

# Statements have a time limit in the web; the queue and commands lift it where long work is their trade.
STATEMENT_TIMEOUT_MS = env.int("STATEMENT_TIMEOUT_MS", default=30_000)
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://localhost/fairlead")}
DATABASES["default"].setdefault("OPTIONS", {})
# A machine that vanished without a word is noticed on both sides within so many seconds. Its session then ends, its
# transaction is rolled back, its locks are free: well before a statement of somebody who waits for them gives up.
LINK_LOST_AFTER_SECONDS = env.int("LINK_LOST_AFTER_SECONDS", default=20)
LINK = watched_link(LINK_LOST_AFTER_SECONDS)
DATABASES["default"]["OPTIONS"] |= LINK.of_client
DATABASES["default"]["OPTIONS"]["options"] = (
    f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC {LINK.of_server}"
)
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
    # What each process may remember by itself: nothing that must be the same in all of them.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}},
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = LINK.of_broker
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXTENDED = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# A page must not wait for a broker that is down: what it would have woken is swept by beat (portal/celery.py).
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# The queue serves 0 first: whatever else waits goes before the next range of a refresh.
CELERY_TASK_ROUTES = {"buyers.tasks.work_on_refresh": {"priority": 9}}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long a machine was cut off, it comes back by itself
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# What beat sweeps: seconds between two calls.
CELERY_BEAT_SCHEDULE = {
    "send_mails": {"task": "desk.tasks.send_mails", "schedule": 60.0},
    "make_digests": {"task": "desk.tasks.gather_mails", "schedule": 600.0},
    "send_invitations": {"task": "accounts.tasks.send_invitations", "schedule": 60.0},
    "forget_ended_sessions": {"task": "accounts.tasks.forget_ended_sessions", "schedule": 86_400.0},
    "sweep_directory_files": {"task": "buyers.tasks.sweep_directory_files", "schedule": 300.0},
    "sweep_accounts_files": {"task": "buyers.intake.tasks.sweep_accounts_files", "schedule": 300.0},
    "keep_names_current": {"task": "buyers.tasks.keep_names_current", "schedule": 86_400.0},
    "sweep_customer_lists": {"task": "buyers.customer_lists.tasks.sweep_customer_lists", "schedule": 60.0},
    "sweep_results": {"task": "buyers.customer_lists.tasks.sweep_results", "schedule": 3600.0},
    "plan_scores": {"task": "buyers.tasks.plan_scores", "schedule": 3600.0},
    "lapse_overrides": {"task": "buyers.tasks.lapse_overrides", "schedule": 3600.0},
    "sweep_ranges": {"task": "buyers.tasks.sweep_ranges", "schedule": 60.0},
    "look_for_linked_trouble": {"task": "buyers.feeds.tasks.look_for_linked_trouble", "schedule": 300.0},
    "sweep_feeds": {"task": "buyers.feeds.tasks.sweep_feeds", "schedule": 300.0},
    "screen_whoever_is_due": {"task": "buyers.feeds.tasks.screen_whoever_is_due", "schedule": 60.0},
    "follow_countries": {"task": "buyers.feeds.tasks.follow_countries", "schedule": 3600.0},
    "look_for_late_accounts": {"task": "buyers.feeds.tasks.look_for_late_accounts", "schedule": 86_400.0},
    "keep_limits_current": {"task": "policies.keep_limits_current", "schedule": 3600.0},
    "sweep_documents": {"task": "desk.tasks.sweep_documents", "schedule": 86_400.0},
}

# --- people ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
# The address is unique in any capitals (one_person_per_email); Django looks for a plain unique column only.
# Whether subdomains and browsers' preload lists may be bound to HTTPS is the operator's to say, by the proxy in front.
SILENCED_SYSTEM_CHECKS = ["auth.W004", "security.W005", "security.W021"]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation proves the address; there is no open sign-up
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False  # a session ends with the browser, or after SESSION_COOKIE_AGE: no box to tick
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or second factor is told to its owner
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reset_password": "20/m/ip,5/m/key"}
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the invitation has proved it
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Fairlead"
MFA_TOTP_TOLERANCE = 1  # RFC 6238 §5.2: one step more, for a code takes time to type and clocks differ
USERSESSIONS_TRACK_ACTIVITY = True  # by accounts.middleware.SessionNotesMiddleware
INVITATION_DAYS = 14
SESSION_ENGINE = "accounts.models.session"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- languages and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "portal.formats"
# Not in ISO 3166, but companies are registered there and GLEIF and the EU write it so.
COUNTRIES_OVERRIDE = {"XK": _("Kosovo"), "TW": _("Taiwan")}
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
OFFICE_TIME_ZONE = ZoneInfo(env.str("OFFICE_TIME_ZONE", default="UTC")).key  # staff read moments in it

# --- files -----------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
WHITENOISE_USE_FINDERS = DEBUG or DEMO
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "private"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DOCUMENT_MAX_BYTES = env.int("DOCUMENT_MAX_BYTES", default=25 * 1024 * 1024)
DOCUMENTS_PER_UPLOAD = env.int("DOCUMENTS_PER_UPLOAD", default=20)
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
CLAMAV_ADDRESS = env.str("CLAMAV_ADDRESS", default="")

# --- mail ------------------------------------------------------------------------------------------------------------

if env.str("EMAIL_URL", default=""):
    vars().update(env.email("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Fairlead <notices@fairlead.example>")

# --- headers ---------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "interest-cohort")
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PLAIN_HTTP = DEBUG or DEMO
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not PLAIN_HTTP
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not PLAIN_HTTP)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if PLAIN_HTTP else 31_536_000)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"

# --- the house -------------------------------------------------------------------------------------------------------

# The insurer's own currency: capacity over all policies is counted in it.
HOUSE_CURRENCY = env.str("HOUSE_CURRENCY", default="EUR")
# Of how many different buyers outside its book a firm may look up the grade within a day.
GRADE_LOOKUPS_A_DAY = env.int("GRADE_LOOKUPS_A_DAY", default=100)
# Refreshing scores: buyers per range, how long a worker may hold one, how many workers are woken at once, and how many
# of them may be at a re-score of everybody, which runs beside what is due.
SCORE_RANGE_SIZE = env.int("SCORE_RANGE_SIZE", default=5_000)
SCORE_LEASE_SECONDS = env.int("SCORE_LEASE_SECONDS", default=120)
SCORE_WORKERS = env.int("SCORE_WORKERS", default=8)
SCORE_RESCORE_WORKERS = env.int("SCORE_RESCORE_WORKERS", default=2)
# Matching lists of customers: rows per range, how long a worker may hold one, and how many workers are woken at once.
MATCH_RANGE_SIZE = env.int("MATCH_RANGE_SIZE", default=500)
MATCH_LEASE_SECONDS = env.int("MATCH_LEASE_SECONDS", default=300)
MATCH_WORKERS = env.int("MATCH_WORKERS", default=4)

# --- logs ------------------------------------------------------------------------------------------------------------

LOGGING = logging_settings(env.str("LOG_LEVEL", default="INFO"))
# One line per request, when it has been answered; that it began is told at LOG_LEVEL=DEBUG only.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_REQUEST_CANCELLED_LOG_LEVEL = logging.INFO  # a page that listened was closed: nothing to warn of

refuse_unsafe(globals())
