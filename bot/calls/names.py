"""Comparing names, and showing something for a name that is invisible."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain

UNNAMED = "unnamed"
"""What is shown where neither a name nor an id can be seen."""

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters of no category of their own that show as nothing."""

_DASHES = "\u2043\u2212\u02d7"
"""What looks like a hyphen without being one by its category (Pd)."""

_APOSTROPHES = (
    "`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u2018\u2019\u201a\u201b\u2032\u2035"
)
_QUOTATION_MARKS = "\u00ab\u00bb\u02ba\u201c\u201d\u201e\u201f\u2033\u2036\u300c\u300d\u300e\u300f"
_STAND_INS = {"\u2217": "*", "\u223c": "~", "\u02cd": "_"}
"""Signs that Slack's markup makes of them: what is copied from a card is typed again."""

_HYPHENS = re.compile(r"-{2,}")


def _codes() -> Iterator[int]:
    """Every code point that may be invisible, blank or a dash (Unicode 15)."""
    return chain(range(0x10000), range(0x1BCA0, 0x1BCA4), range(0x1D173, 0x1D17B), _TAGS)


_TAGS = range(0xE0000, 0xE0FFF)
"""Tags and the variation selectors beyond the first sixteen."""


def _sign(code: int) -> str | None:
    """What a character is compared as; None where it is compared as itself."""
    sign, kind = chr(code), unicodedata.category(chr(code))
    if sign.isspace() or kind == "Zs" or sign == "\u2800":
        return " "
    if kind in {"Cc", "Cf", "Cs"} or sign in _FILLERS or code in _TAGS:
        return ""
    if "\ufe00" <= sign <= "\ufe0f" or "\u180b" <= sign <= "\u180f":
        return ""
    return "-" if kind == "Pd" or sign in _DASHES else None


_SIGNS: dict[int, str] = {
    **{code: sign for code in _codes() if (sign := _sign(code)) is not None},
    **dict.fromkeys(map(ord, _APOSTROPHES), "'"),
    **dict.fromkeys(map(ord, _QUOTATION_MARKS), '"'),
    **{ord(sign): plain for sign, plain in _STAND_INS.items()},
}


def fold(text: str) -> str:
    """`text` in the form in which names are compared: names that look the same fold to the same.

    Invisible characters are left out, compatible forms (NFKC) and cases are made alike, and there
    is one kind of space, apostrophe, quotation mark and hyphen; runs of spaces and hyphens are one.
    Folding twice changes nothing more. Empty where nothing can be seen.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).casefold()
        text = unicodedata.normalize("NFKC", text)
    text = text.translate(_SIGNS).lower()
    return " ".join(_HYPHENS.sub("-", text).split())


_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe"})
"""Latin letters that no form of Unicode takes apart, as they are typed without them."""


def without_accents(text: str) -> str:
    """`fold(text)` without the accents of Latin letters, for people who type without them.

    Marks of other scripts stay: there they are letters.
    """
    folded = fold(text)
    if folded.isascii():
        return folded
    signs: list[str] = []
    for sign in unicodedata.normalize("NFD", folded.translate(_LETTERS)):
        if not (signs and "a" <= signs[-1] <= "z" and _is_mark(sign)):
            signs.append(sign)
    return fold("".join(signs))


_SPACES = {code: " " for code, sign in _SIGNS.items() if sign == " "}


def with_plain_blanks(text: str) -> str:
    """`text` with each blank of any kind replaced by a space; its length stays the same."""
    return text.translate(_SPACES)


def can_be_seen(text: str) -> bool:
    """Whether `text` is visible: more than blanks, marks and invisible characters."""
    return any(_SIGNS.get(ord(sign), sign).strip() and not _is_mark(sign) for sign in text)


def _is_mark(sign: str) -> bool:
    return not sign.isascii() and unicodedata.category(sign)[0] == "M"


def shown(*names: str | None) -> str:
    """The first of a person's or call's names and ids that is visible; else a word for none."""
    return next((name for name in names if name and can_be_seen(name)), UNNAMED)
