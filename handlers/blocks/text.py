"""Words on their way into Slack: made harmless, cut to Slack's limits, told as people tell them.

Everything that comes from outside (names, titles, reasons, a vendor's evidence) passes `plain` or
`mrkdwn` on its way into a block, so that no participant's name pings a channel or breaks a message.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import isfinite

from bot.calls.names import shown

ELLIPSIS = "…"

MINUTES_PER_HOUR = 60

MOST_SHOWN = 10**12
"""The highest figure written out."""


_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Characters that hide, reorder or cannot be encoded; the joiners of emoji and Persian stay."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
"""Unicode's category Cc."""

_LOOKALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
"""Signs Slack reads as markup, and others that look the same and mean nothing."""

_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""Slack makes italics only where an underscore does not stand inside a word."""

_SUMMONS = re.compile(r"@(?=\w)|:(?=[\w+'-]+:)")
"""What could become a mention or an emoji."""

_BREAKER = "\u2060"
"""WORD JOINER: invisible, and enough to keep `@here` and `:fire:` from being one word."""

_TAME = re.compile(r"[A-Za-z0-9 .,;()/#'-]*")
"""What is nothing but itself, wherever it stands: as most names and reasons are."""

_MEMBER = re.compile(r"[A-Z0-9]{1,32}")

_EXTENDERS = ("\u200d", "\ufe0f", "\ufe0e", "\u20e3")


def clean(text: str) -> str:
    """One line without control, invisible or direction-changing characters; spaces run together."""
    if not (text.isascii() and text.isprintable()):
        text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    return " ".join(text.split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, the last one … when something is missing; no emoji is halved."""
    if len(text) <= limit:
        return text
    end = limit - len(ELLIPSIS)
    while end > 0 and (_extends(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end].rstrip() + ELLIPSIS


def _extends(sign: str) -> bool:
    """Whether `sign` belongs to the character before it: a mark, a joiner, a skin tone."""
    return (
        sign in _EXTENDERS
        or unicodedata.category(sign) in {"Mn", "Me", "Mc"}
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
    )


def plain(text: str, limit: int, *, empty: str = "unnamed") -> str:
    """Outside text for a plain_text field: one line, never empty, at most `limit` characters."""
    return cut(clean(text), limit) or empty


def mrkdwn(text: str, limit: int = 200, *, empty: str = "unnamed") -> str:
    """Outside text inside our mrkdwn: as `plain`, and no sign in it means anything to Slack.

    The result may be longer than `limit`: at most 5 characters for one.
    """
    return _harmless(plain(text, limit, empty=empty))


def _harmless(text: str) -> str:
    if _TAME.fullmatch(text):
        return text
    signs = text.translate(_LOOKALIKES)
    return _escape(_SUMMONS.sub(_broken, _UNDERSCORE.sub("\u02cd", signs)))


def _broken(sign: re.Match[str]) -> str:
    return sign[0] + _BREAKER


def _escape(text: str) -> str:
    """Slack's three: `&`, `<` and `>` (docs.slack.dev, formatting message text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    """Our mrkdwn for a plain_text field, which shows Slack's three escapes as they are."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def say(sentence: str, limit: int) -> str:
    """A sentence of ours that may quote outside words, made harmless; `code` in it stays code."""
    parts = plain(sentence, limit).split("`")
    if len(parts) % 2 == 0 or not all(part.strip() for part in parts[1::2]):
        return mrkdwn(sentence, limit)
    return "".join(
        f"`{_escape(part)}`" if index % 2 else _harmless(part) for index, part in enumerate(parts)
    )


def bold(text: str, limit: int = 150, *, empty: str = "unnamed") -> str:
    """Outside text in bold mrkdwn, made harmless as `mrkdwn` does."""
    return f"*{mrkdwn(text, limit, empty=empty)}*"


def code(text: str, limit: int = 128) -> str:
    """Outside text as inline code, to be copied: only what would end or escape it is changed."""
    shown = plain(text, limit).replace("`", "'")
    return f"`{_escape(shown)}`"


def named(name: str | None, person_id: str, *, bolded: bool = True) -> str:
    """A person's name and the id that acts take; the id alone where there is no name."""
    seen = shown(name, person_id)
    if seen == person_id:
        return code(person_id)
    return f"{bold(seen, 60) if bolded else mrkdwn(seen, 60)} {code(person_id)}"


def lines(parts: Iterable[str], limit: int) -> str:
    """Our own mrkdwn lines, as many as fit into `limit`; `…` stands for the rest."""
    kept: list[str] = []
    size = 0
    for part in parts:
        size += len(part) + 1
        if size > limit - len(ELLIPSIS):
            kept.append(ELLIPSIS)
            break
        kept.append(part)
    return "\n".join(kept)


def dots(parts: Iterable[str]) -> str:
    """Facts beside each other, the empty ones left out: `Stream Video · 12 people · 8 min`."""
    return " · ".join(part for part in parts if part)


def who(user: str) -> str:
    """A Slack member, shown with their name; the id is Slack's own."""
    return f"<@{user}>" if _MEMBER.fullmatch(user) else code(user)


def holder(holder_id: str) -> str:
    """A member or a user group that callwarden.toml names, shown with its name."""
    if holder_id.startswith("S") and _MEMBER.fullmatch(holder_id):
        return f"<!subteam^{holder_id}>"
    return who(holder_id)


MOST_NAMED = 5
"""People and groups named who may do what was refused."""


def some_of(named: Sequence[str]) -> str:
    """The first five of `named`, and how many more: `@Leo, @Ana and 3 more`."""
    more = len(named) - MOST_NAMED
    return ", ".join(named[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def an(word: str) -> str:
    """A word with its article: `a lead`, `an admin`."""
    return f"an {word}" if word[:1] in "aeiou" else f"a {word}"


def place(channel: str) -> str:
    """A channel, shown with its name to those who may see it; the id is Slack's own."""
    return f"<#{channel}>" if re.fullmatch(r"[CG][A-Z0-9]{1,31}", channel) else code(channel)


def when(moment: datetime) -> str:
    """A moment in the reader's own time zone; the fallback is in UTC."""
    fallback = f"{moment:%Y-%m-%d %H:%M} UTC"
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def span(start: datetime, now: datetime) -> str:
    """How long it has been: `under a minute`, `12 min`, `3 h 05 min`, `2 days`."""
    minutes = int((now - start) / timedelta(minutes=1))
    if minutes < 1:
        return "under a minute"
    if minutes < MINUTES_PER_HOUR:
        return f"{minutes} min"
    if minutes < 24 * MINUTES_PER_HOUR:
        return hours_and_minutes(minutes)
    return count(minutes // (24 * MINUTES_PER_HOUR), "day")


def hours_and_minutes(minutes: int) -> str:
    """A length of an hour or more: `3 h 05 min`."""
    return f"{minutes // MINUTES_PER_HOUR} h {minutes % MINUTES_PER_HOUR:02d} min"


def thousands(number: int) -> str:
    """A whole number as people read it: `1,310`."""
    return f"{number:,}"


def whole(number: float, most: int = MOST_SHOWN) -> int:
    """A figure that can be written out: whole, from 0 to `most`; 0 where it is no number."""
    return round(min(max(number, 0), most)) if isfinite(number) else 0


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 call`, `2,000 calls`."""
    return f"{thousands(number)} {one if number == 1 else many or one + 's'}"
