"""Reads words after `/calls audit` into a part of the audit log: filters by name, in any order."""

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.calls.audit_filter import MAX_WORDS, AuditQuery
from bot.calls.models import Frozen, Vendor
from bot.calls.outcomes import State, state_names
from bot.calls.verbs import VERBS
from bot.errors import BadInput, UnknownWord
from handlers.blocks.emoji import with_emoji
from handlers.blocks.help import FAMILIES
from handlers.parsing.moments import MOMENTS, Moment, read_moment
from handlers.parsing.words import Words

FORM = "search"
"""The word that asks for the form."""

ME = "me"
"""Whoever asks."""

USER_ID = re.compile(r"[UW][A-Z0-9]{4,31}")
"""How Slack writes the id of a person. https://docs.slack.dev/reference/objects/user-object"""

LABELLED = re.compile(r"\b(by\s+)<@([A-Z0-9]+)\|[^<>]*>", re.IGNORECASE)
"""A mention that also carries a name; the id is what is searched for."""

_NUMBER = re.compile(r"#?(\d{1,9})")

EXAMPLES = {
    "person": "person alice",
    "by": "by U012AB3CD",
    "verb": "verb kick",
    "vendor": "vendor stream",
    "state": "state failed",
    "since": "since yesterday",
    "until": "until 2026-11-29",
    "case": "case 128",
    "before": "before 500",
}
"""Every filter, as it may be typed."""


class ShowAudit(Frozen):
    """Show the audit log, newest first, between two moments where they are given.

    `by_name` is a moderator who was not named by id; `form` asks for the form to fill in.
    """

    which: AuditQuery = AuditQuery()
    since: Moment | None = None
    until: Moment | None = None
    by_name: str | None = None
    form: bool = False

    @property
    def zoned(self) -> bool:
        """Whether a moment of it depends on the asker's time zone."""
        return any(moment is not None and moment.zoned for moment in (self.since, self.until))

    def between(self, now: datetime, zone: ZoneInfo) -> dict[str, datetime | None]:
        """The moments in UTC between which entries are wanted: `since`, `until`; None is open."""
        return {
            "since": self.since.begins(now, zone) if self.since else None,
            "until": self.until.ends(now, zone) if self.until else None,
        }


def read_audit(words: Words, command: str) -> ShowAudit:
    """Read which audit entries are wanted. Raises BadInput, UnknownWord with nearest words."""
    found: dict[str, Any] = {}
    form = (words.peek() or "").casefold() == FORM
    if form:
        words.take()
    if number := _number(words.peek()):
        words.take()
        found["case"] = number
    while (word := words.take()) is not None:
        name = word.casefold()
        if name not in EXAMPLES:
            found |= _unnamed(f"{word} {_said(words)}".strip(), word, found, command)
            continue
        if name in found:
            raise BadInput(f"“{name}” is there twice.", next_step=_example(command))
        found[name] = _read(name, _said(words), f"For example: `{command} audit {EXAMPLES[name]}`")
    return _asked(found, form=form)


def _unnamed(text: str, word: str, found: dict[str, Any], command: str) -> dict[str, Any]:
    """A state or a moment without a filter's name."""
    if (state := _states().get(_plain(text))) is None:
        return _when(text, word, found, command)
    if "state" in found:
        raise BadInput("There are two states.", next_step=_example(command))
    return {"state": state}


def _when(text: str, word: str, found: dict[str, Any], command: str) -> dict[str, Moment]:
    """A moment without a filter's name: `yesterday` is all of that day, `24h` is since then."""
    moment = read_moment(text)
    if moment is None:
        raise _unknown(word, EXAMPLES, "filter", _example(command))
    if "since" in found or "until" in found:
        raise BadInput("There are two times.", next_step=_example(command))
    return {"since": moment, "until": moment} if moment.zoned else {"since": moment}


def _asked(found: dict[str, Any], *, form: bool) -> ShowAudit:
    by, since, until = (found.pop(name, None) for name in ("by", "since", "until"))
    named = by is not None and USER_ID.fullmatch(by) is None
    which = AuditQuery(by=None if named else by, verbs=found.pop("verb", ()), **found)
    return ShowAudit(
        which=which, since=since, until=until, by_name=by if named else None, form=form
    )


def _example(command: str) -> str:
    return f"For example: `{command} audit person alice verb kick since 7d`"


def _said(words: Words) -> str:
    """What stands behind a filter's name: in quotation marks, or up to the next filter."""
    quoted = words.quoted()
    if quoted is not None:
        return quoted
    said: list[str] = []
    while (word := words.peek()) is not None and word.casefold() not in EXAMPLES:
        said.append(word)
        words.take()
    return " ".join(said)


def _read(name: str, text: str, example: str) -> Any:
    if not text:
        raise BadInput(f"What comes after “{name}” is missing.", next_step=example)
    if len(text) > MAX_WORDS:
        raise BadInput(
            f"What comes after “{name}” is longer than {MAX_WORDS} characters.",
            next_step=example,
        )
    return _READERS[name](text, example)


def _person(text: str, _: str) -> str:
    return with_emoji(text).removeprefix("@")


def _by(text: str, example: str) -> str:
    name = text.removeprefix("@")
    if not name:
        raise BadInput("The moderator after “by” is missing.", next_step=example)
    return name


def _verbs(text: str, example: str) -> tuple[str, ...]:
    """The names of a verb, of several with commas between, or of all that share a first word."""
    found: list[str] = []
    for part in text.split(","):
        verbs = _spoken().get(_plain(part))
        if verbs is None:
            raise _unknown(part.strip(), _spoken(), "verb", example)
        found += verbs
    return tuple(dict.fromkeys(found))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())


def _spoken() -> dict[str, tuple[str, ...]]:
    """Everything that names a verb or a family of them, and the names that are meant."""
    spoken = {first: tuple(verb.name for verb in family) for first, family in FAMILIES.items()}
    for name, verb in VERBS.items():
        for said in (" ".join(verb.words), verb.label.casefold(), name.replace("_", " ")):
            spoken.setdefault(said, (name,))
    return spoken


def _vendor(text: str, example: str) -> Vendor:
    known: dict[str, Vendor] = {vendor.label.casefold(): vendor for vendor in Vendor}
    known |= {vendor.value: vendor for vendor in Vendor}
    if text.casefold() not in known:
        raise _unknown(text, known, "vendor", example)
    return known[text.casefold()]


def _state(text: str, example: str) -> State:
    known, words = _states(), _plain(text)
    if words not in known:
        raise _unknown(text, known, "state", example)
    return known[words]


def _states() -> dict[str, State]:
    """Everything that names a state."""
    return {name: state for state in State for name in state_names(state)}


def _moment(text: str, example: str) -> Moment:
    moment = read_moment(text)
    if moment is None:
        raise BadInput(
            f"I did not understand the time “{text}”.", next_step=f"Use {MOMENTS}. {example}"
        )
    return moment


def _count(said: str, example: str) -> int:
    number = _number(said)
    if number is None:
        raise BadInput(
            "The number is missing.", next_step=f"Add it: {example[:1].lower()}{example[1:]}"
        )
    return number


def _number(word: str | None) -> int | None:
    """The number in `128` or `#128`; up to nine digits."""
    match = _NUMBER.fullmatch(word or "")
    return int(match[1]) if match else None


def _unknown(word: str, known: Iterable[str], kind: str, example: str) -> UnknownWord:
    nearest = difflib.get_close_matches(word.casefold(), list(known), n=3, cutoff=0.5)
    return UnknownWord(
        f"There is no {kind} “{word[:MAX_WORDS]}”.", nearest=nearest, next_step=example
    )


_READERS: dict[str, Callable[[str, str], Any]] = {
    "person": _person,
    "by": _by,
    "verb": _verbs,
    "vendor": _vendor,
    "state": _state,
    "since": _moment,
    "until": _moment,
    "case": _count,
    "before": _count,
}
