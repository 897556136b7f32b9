"""How connections find out that the other side is gone: a cable pulled, a machine that lost its power, a firewall.

Nobody says good-bye then, and without these a worker waits for an answer for two hours, and a session of PostgreSQL
holds the locks of a worker that no longer exists for as long. The kernel asks an idle peer (keepalive) and gives up one
that acknowledges nothing (TCP_USER_TIMEOUT, RFC 5482); docs/operations.md, "When a machine is cut off".
"""

import socket
from dataclasses import dataclass
from typing import Any

PROBES = 3


@dataclass(frozen=True)
class Link:
    """The settings of both ends of the connection to the database, and of ours to the broker."""

    of_client: dict[str, Any]  # libpq's parameters
    of_server: str  # words for libpq's `options`: settings of the session
    of_broker: dict[str, Any]  # redis-py's, as Celery passes them on


def watched_link(seconds: int) -> Link:
    """A silent peer is given up after about `seconds` (5 at least): 2/5 idle, then three questions 1/5 apart."""
    if seconds < 5:
        raise ValueError("a link is lost after 5 seconds at the earliest: one lost packet is no lost machine")
    interval, most_ms = seconds // 5, seconds * 1000
    idle = 2 * interval
    return Link(
        of_client={
            "connect_timeout": max(interval, 2),  # libpq takes no less
            "keepalives": 1,
            "keepalives_idle": idle,
            "keepalives_interval": interval,
            "keepalives_count": PROBES,
            "tcp_user_timeout": most_ms,
        },
        of_server=" ".join(
            f"-c {name}={value}"
            for name, value in {
                "tcp_keepalives_idle": idle,
                "tcp_keepalives_interval": interval,
                "tcp_keepalives_count": PROBES,
                "tcp_user_timeout": most_ms,
                # While a statement runs or waits for a lock nobody reads from the client: look now and then.
                "client_connection_check_interval": f"{interval}s",
            }.items()
        ),
        of_broker={
            "socket_connect_timeout": max(interval, 2),
            "socket_timeout": seconds,  # a worker that waits for messages asks anew every second
            "socket_keepalive": True,
            "socket_keepalive_options": _kernel_options(idle, interval, most_ms),
        },
    )


def _kernel_options(idle: int, interval: int, most_ms: int) -> dict[int, int]:
    """As far as this system has them: macOS knows no TCP_USER_TIMEOUT, and TCP_KEEPIDLE by another name."""
    wanted = {
        "TCP_KEEPIDLE": idle, "TCP_KEEPALIVE": idle, "TCP_KEEPINTVL": interval, "TCP_KEEPCNT": PROBES,
        "TCP_USER_TIMEOUT": most_ms,
    }  # fmt: skip
    return {getattr(socket, name): value for name, value in wanted.items() if hasattr(socket, name)}
