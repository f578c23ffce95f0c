"""Typed text as Slack sends it, made plain and taken word by word."""

import re
from collections.abc import Sequence

from bot.errors import BadInput
from bot.moderation.people_parser import quoted_at
from handlers.blocks.emoji import with_emoji
from handlers.blocks.text import clean

MAX_NAME = 255
"""Characters in the name of a call or a person."""

_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_PAGE = re.compile(r"\d{1,5}")


def tidy(text: str) -> str:
    """Slack's links and mentions as the words they show, its escapes undone, one clean line."""
    spoken = _LINK.sub(_spoken, text)
    for escape, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        spoken = spoken.replace(escape, sign)
    return clean(spoken)


def _spoken(link: re.Match[str]) -> str:
    """`<@U1|alice>` as `@alice`, `<#C1|x>` as `#x`, `<https://x|x>` as `x`."""
    address, label = link[1], (link[2] or "").strip()
    if address.startswith("@"):
        name = (label or address[1:]).removeprefix("@").replace('"', "")
        return f' @"{name}" ' if re.search(r"[\s,]", name) else f"@{name}"
    if address.startswith("#"):
        return "#" + (label or address[1:])
    if address.startswith("!"):
        return label or "@" + address[1:].split("^")[0]
    return label or address


class Words:
    """The text that is left to read, taken from the front."""

    def __init__(self, text: str) -> None:
        self.rest = text.strip()

    def peek(self) -> str | None:
        """The next word, None at the end."""
        return self.rest.split(maxsplit=1)[0] if self.rest else None

    def follow(self, wanted: Sequence[str]) -> bool:
        """Take these words where they come next, in any case of letters; whether they did."""
        ahead = self.rest.split(maxsplit=len(wanted))
        if [word.casefold() for word in ahead[: len(wanted)]] != list(wanted):
            return False
        self.rest = "".join(ahead[len(wanted) :])
        return True

    def take(self) -> str | None:
        """Take the next word; None at the end."""
        word = self.peek()
        if word is not None:
            self.rest = self.rest[len(word) :].lstrip()
        return word

    def name(self, of: str) -> str | None:
        """The next word as the name of something. BadInput when it is longer than a name."""
        word = self.take()
        return None if word is None else require_name(with_emoji(word, inside=False), of)

    def page(self, word: str) -> int | None:
        """`page N` as N - 1, when `word` is `page` and a number follows."""
        following = self.peek()
        if word.casefold() != "page" or not _PAGE.fullmatch(following or ""):
            return None
        return max(int(self.take() or 0) - 1, 0)

    def require_done(self) -> None:
        """Raise BadInput when something is left over."""
        if self.rest:
            raise BadInput(
                f"I did not understand “{self.rest[:MAX_NAME]}”.",
                next_step="Leave that out, or type `help` after the command.",
            )

    def at_quote(self) -> bool:
        """Whether a name in quotation marks comes next, with or without @ before it."""
        return bool(quoted_at(self.rest))

    def quoted(self) -> str | None:
        """A name in quotation marks, with or without @ before them; None when none opens here.

        BadInput when the quotation mark is not closed.
        """
        found = quoted_at(self.rest)
        if not found:
            return None
        name, end = found[-1]
        if end < 0:
            raise BadInput(
                "A quotation mark is not closed.", next_step='Write names like this: "Alice Smith".'
            )
        self.rest = self.rest[end:].lstrip()
        return name.removeprefix("@").strip()


def require_name(word: str, of: str) -> str:
    """BadInput when `word`, which it returns, is longer than any name of a call or a person."""
    if len(word) > MAX_NAME:
        raise BadInput(
            f"The name of the {of} is longer than {MAX_NAME} characters.",
            next_step="Nothing was done. Use the id on the card, or a part of the name.",
        )
    return word


PROTECTED = "protected"
"""The option that includes protected people in an act on everyone."""


def require_everyone(*, everyone: bool) -> None:
    """BadInput where protected people are included but people are named: those are meant."""
    if not everyone:
        raise BadInput(
            f"--{PROTECTED} goes with everyone only.",
            next_step="People you name are meant in any case: leave it out.",
        )
