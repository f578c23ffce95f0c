"""Handles: short names to type for calls, four letters made from the call's identity alone."""

import hashlib
from functools import lru_cache

from bot.calls.models import CallRef

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0/O, 1/I/L and no U: nothing that is misread at 3 a.m."""

SHORT, LONG, ALL = 4, 10, 24


def handle(call: CallRef, length: int = SHORT) -> str:
    """The handle of a room: the same on every process and every day, whoever asks.

    Made from vendor and id, not from the session, so a lasting room keeps its handle. Four
    letters collide about once in 810,000 pairs; a longer one starts with the shorter one.
    """
    return _letters(call.vendor, call.id)[:length]


@lru_cache(maxsize=10_000)
def _letters(vendor: str, call_id: str) -> str:
    """All letters. Kept, because every typed handle is held against every call shown lately."""
    number = int.from_bytes(hashlib.sha256(f"{vendor}:{call_id}".encode()).digest()[:16])
    letters = []
    for _ in range(ALL):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)


def fits(word: str, call: CallRef) -> bool:
    """Whether `word`, typed in any case, is this call's handle or a longer form of it."""
    typed = word.upper()
    return SHORT <= len(typed) <= LONG and handle(call, LONG).startswith(typed)
