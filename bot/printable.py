"""Text from outside made fit for a terminal.

Names, titles and vendors' error texts are written by strangers. A terminal obeys some characters
instead of showing them: they recolour, erase or reorder what stands there already.
"""

import re

_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, the cursor, erasing
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, …
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
)
"""Escape sequences as a whole, as ECMA-48 has them."""

_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""Other ends of lines than the one we write."""

_OBEYED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
"""Control characters, and those that reorder text (Unicode Standard Annex 9)."""


def plain(text: str) -> str:
    """`text` without anything a terminal would obey; tab and line feed stay."""
    if text.isascii() and text.isprintable():
        return text
    text = _BREAKS.sub(_line_feed, _SEQUENCES.sub("", text))
    return _OBEYED.sub("", text)


def one_line(text: str) -> str:
    """`plain` text on one line, so that it cannot pass for a line of ours."""
    return " ".join(plain(text).split())


def _line_feed(found: re.Match[str]) -> str:
    return "\n" if found[0] == "\r\n" else " "
