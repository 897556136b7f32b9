"""The scanner is asked over a real socket in its own protocol."""

import pytest

from desk.scanning import ScanFailed, threat_in
from desk.tests.clamd import EICAR, clamd


def test_a_clean_stream_has_no_threat():
    with clamd() as address:
        assert threat_in([b"Dear Sirs", b", pay."], address) == ""


def test_a_threat_split_over_pieces_is_named():
    with clamd() as address:
        assert threat_in([EICAR[:10], EICAR[10:]], address) == "Eicar-Signature"


@pytest.mark.parametrize("answer", [b"stream: INSTREAM size limit exceeded. ERROR\0", b"", b"hello"])
def test_an_answer_that_is_none_is_a_failure(answer: bytes):
    with clamd(answer) as address, pytest.raises(ScanFailed):
        threat_in([b"x"], address)


def test_a_scanner_that_is_not_there_is_a_failure():
    with clamd() as address:
        pass
    with pytest.raises(ScanFailed):
        threat_in([b"x"], address)
    with pytest.raises(ScanFailed):
        threat_in([b"x"], "nowhere")
