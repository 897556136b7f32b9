"""As little as the demo needs of a portal, so that starting and stopping it is tried in seconds."""

import environ

env = environ.Env()
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1"])
INSTALLED_APPS = [
    "portal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django_celery_beat",
    "django_celery_results",
]
ROOT_URLCONF = "portal.urls"
DATABASES = {"default": env.db("DATABASE_URL")}
CELERY_BROKER_URL = env.str("REDIS_URL")
CELERY_RESULT_BACKEND = "django-db"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
DOCUMENT_MAX_BYTES, DOCUMENTS_PER_UPLOAD = 1024, 1
