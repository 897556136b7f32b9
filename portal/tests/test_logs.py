"""The log keeps no secret that lets its reader in."""

import logging
import logging.config

import pytest

from portal.logs import blotted, logging_settings


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("GET /accounts/invitation/Zk3x_9-abcdefghijk/", "GET /accounts/invitation/…/"),
        ("GET /accounts/invitation/other/", "GET /accounts/invitation/other/"),
        ("GET /accounts/password/reset/key/1a-c9x2-0123456789abcdef/", "GET /accounts/password/reset/key/…/"),
        ("GET /accounts/password/reset/key/done/", "GET /accounts/password/reset/key/done/"),
        ("GET /limits/requests/17/", "GET /limits/requests/17/"),
    ],
)
def test_the_secret_of_a_mailed_link_is_blotted_out(line, kept):
    assert blotted(line) == kept


def test_what_any_library_logs_goes_through_the_blotter(capsys):
    formatter = logging.config.dictConfig  # the settings must be a valid logging configuration
    formatter(logging_settings("INFO"))
    logging.getLogger("any.library").info("GET %s", "/accounts/invitation/Zk3x_9-abcdefghijk/")
    told = capsys.readouterr().err
    assert "invitation/…/" in told
    assert "Zk3x" not in told
