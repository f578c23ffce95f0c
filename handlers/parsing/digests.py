"""Words after `/calls digest`, read into what is wanted of digests."""

import difflib
import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any

from bot.calls.models import Frozen
from bot.errors import BadInput, UnknownWord
from handlers.parsing.words import Words

MAX_QUOTED = 60
"""Characters of a word that an error quotes."""

_NUMBER = re.compile(r"#?([0-9]{1,9})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DigestCommand(StrEnum):
    """A word after `/calls digest`; the overview is asked for by none."""

    OVERVIEW = ""
    SUBSCRIBE = "subscribe"
    LIST = "list"
    EDIT = "edit"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    PREVIEW = "preview"
    NOW = "now"

    @property
    def changes(self) -> bool:
        """Whether something is changed or sent, or a form opened for that."""
        return self not in {DigestCommand.OVERVIEW, DigestCommand.LIST, DigestCommand.PREVIEW}


SPOKEN = tuple(command.value for command in DigestCommand if command)


class DigestRequest(Frozen):
    """What is wanted of digests: `number` names one of them, `page` of the list counts from 0.

    `until` is the first day after a pause, None for until somebody resumes it.
    """

    what: DigestCommand = DigestCommand.OVERVIEW
    number: int | None = None
    until: date | None = None
    page: int = 0


def read_digest(words: Words, command: str) -> DigestRequest:
    """Read what is wanted of digests. Raises BadInput, UnknownWord with the nearest words."""
    first = words.take()
    if first is None:
        return DigestRequest()
    name = first.casefold()
    if name not in SPOKEN:
        raise UnknownWord(
            f"There is no “digest {first[:MAX_QUOTED]}”.",
            nearest=difflib.get_close_matches(name, SPOKEN, n=3, cutoff=0.5),
            next_step=f"Type `{command} help digest` to see the commands.",
        )
    what = DigestCommand(name)
    read = _READERS.get(what, _one)
    asked = DigestRequest(
        what=what, **read(words, f"For example: `{command} digest {_EXAMPLES[what]}`")
    )
    words.require_done()
    return asked


def day(text: str, example: str) -> date:
    """The day that `text` is, typed as 2026-12-01. Raises BadInput when it is none."""
    wrong = f"There is no day “{text[:MAX_QUOTED]}”; a day is written like 2026-12-01."
    if not _DATE.fullmatch(text):
        raise BadInput(wrong, next_step=example)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(wrong, next_step=example) from error


def _nothing(_: Words, __: str) -> dict[str, Any]:
    return {}


def _page(words: Words, example: str) -> dict[str, Any]:
    word = words.take()
    if word is None:
        return {}
    page = words.page(word)
    if page is None:
        raise BadInput(f"“{word[:MAX_QUOTED]}” does not belong there.", next_step=example)
    return {"page": page}


def _one(words: Words, example: str) -> dict[str, Any]:
    word = words.take()
    match = _NUMBER.fullmatch(word or "")
    if match is None:
        raise BadInput("Which digest? Add its number.", next_step=example)
    return {"number": int(match[1])}


def _perhaps(words: Words, example: str) -> dict[str, Any]:
    return _one(words, example) if words.rest else {}


def _pause(words: Words, example: str) -> dict[str, Any]:
    found = _one(words, example)
    word = words.take()
    if word is None:
        return found
    until = words.take()
    if word.casefold() != "until" or until is None:
        raise BadInput("A pause may say until which day.", next_step=example)
    return {**found, "until": day(until, example)}


_READERS: dict[DigestCommand, Callable[[Words, str], dict[str, Any]]] = {
    DigestCommand.SUBSCRIBE: _nothing,
    DigestCommand.LIST: _page,
    DigestCommand.PREVIEW: _perhaps,
    DigestCommand.PAUSE: _pause,
}
"""How the rest is read; everything else is about one digest."""

_EXAMPLES = {
    DigestCommand.SUBSCRIBE: "subscribe",
    DigestCommand.LIST: "list page 2",
    DigestCommand.EDIT: "edit 3",
    DigestCommand.PAUSE: "pause 3 until 2026-12-01",
    DigestCommand.RESUME: "resume 3",
    DigestCommand.STOP: "stop 3",
    DigestCommand.PREVIEW: "preview 3",
    DigestCommand.NOW: "now 3",
}
