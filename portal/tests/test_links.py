"""Both ends of a connection find out that the other is gone, within the seconds the operator says."""

import socket

import pytest
from django.conf import settings
from django.db import connection

from portal.links import watched_link


def test_a_silent_peer_is_given_up_within_the_time():
    link = watched_link(20)
    client = link.of_client
    assert (client["keepalives_idle"], client["keepalives_interval"], client["keepalives_count"]) == (8, 4, 3)
    assert client["keepalives_idle"] + 3 * client["keepalives_interval"] == 20
    assert client["tcp_user_timeout"] == 20_000
    assert link.of_broker["socket_timeout"] == 20


def test_one_lost_packet_is_no_lost_machine():
    assert watched_link(5).of_client["keepalives_interval"] == 1
    with pytest.raises(ValueError, match="5 seconds"):
        watched_link(4)


@pytest.mark.django_db
def test_the_session_watches_its_client():
    """Asked of the server; over a Unix socket it would answer 0, and then nobody can be cut off."""
    wanted = {
        "tcp_keepalives_idle": 8, "tcp_keepalives_interval": 4, "tcp_keepalives_count": 3, "tcp_user_timeout": 20_000,
        "client_connection_check_interval": 4_000,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting::int FROM pg_settings WHERE name = ANY(%s)", [list(wanted)])
        assert dict(cursor.fetchall()) == wanted


@pytest.mark.django_db
def test_the_client_watches_its_server():
    connection.ensure_connection()
    with socket.socket(fileno=socket.dup(connection.connection.fileno())) as line:
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 8
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000


def test_the_queue_waits_for_a_broker_as_long_and_comes_back_however_long_it_was_away():
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"] == settings.LINK_LOST_AFTER_SECONDS == 20
    assert settings.CELERY_BROKER_CONNECTION_MAX_RETRIES is None
