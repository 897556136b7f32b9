"""Sentences of this floor, keyed by code; the words of the floors below come along."""

from typing import Any

from accounts import wording as below

WORDS: dict[str, Any] = {
    **below.WORDS,
}
