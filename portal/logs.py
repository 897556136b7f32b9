"""Logs: one line of key=value per event, with the secrets of mailed links blotted out."""

import re
from typing import Any

import structlog

# Links that let their bearer in once: /accounts/invitation/<token>/ and /accounts/password/reset/key/<token>/.
SECRET_LINK = re.compile(r"(/(?:invitation|reset/key)/)(?!other/|set-password)[\w:.=-]{8,}")


def blotted(text: str) -> str:
    """`text` without the secrets of mailed links."""
    return SECRET_LINK.sub(r"\1…", text)


def blot_event(logger: Any, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """structlog's processor: every text of an event is blotted."""
    return {key: blotted(value) if isinstance(value, str) else value for key, value in event.items()}


BEFORE: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def logging_settings(level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error through one formatter, whichever library speaks."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *BEFORE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    blot_event,
                    structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"]),
                ],
                "foreign_pre_chain": BEFORE,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
    }
