"""Hiding secrets in messages and logs, wherever a vendor repeats them."""

import re
from collections.abc import Iterable

_HIDDEN = "[hidden]"
_LONGEST = 200
_LOOKED_THROUGH = 4_000
"""Characters of a text that are looked through; a vendor can write any number of them."""

_PATTERNS = (
    re.compile(r"(?:https?|rtmps?|wss?)://[^\s\"'<>]+", re.IGNORECASE),
    re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*"),
    re.compile(r"Bearer\s+\S+", re.IGNORECASE),
    re.compile(
        r"\b(?:api_?key|stream_?key|token|secret|signature)[\"']?\s*[=:]\s*[\"']?[^\s\"',&}]+",
        re.IGNORECASE,
    ),
)


class Redactor:
    """Replaces known secrets, and whatever looks like a key, a token or an address."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """`text` on one line, without secrets, at most 200 characters."""
        cut = text[_LOOKED_THROUGH:] != ""
        text = text[:_LOOKED_THROUGH]
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        if cut and self._secrets:
            text = text[: -len(self._secrets[0])]  # where it was cut, part of a secret may stand
        for pattern in _PATTERNS:
            text = pattern.sub(_HIDDEN, text)
        return " ".join(text.split())[:_LONGEST]
