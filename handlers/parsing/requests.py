"""The text after `/calls`, read into what is wanted; nothing is looked up and nothing is done.

A subcommand comes first. The verbs among them, their options and what they are aimed at come from
`bot.calls.verbs`; nothing here is written for one verb. Raises only `BadInput`.
"""

import difflib
import re
from collections.abc import Callable, Iterable

from bot.calls.call_log import LogFilter
from bot.calls.live import ListView
from bot.calls.models import Frozen, Vendor
from bot.calls.names import can_be_seen
from bot.calls.reports import REPORTS, ROOMS
from bot.errors import BadInput, UnknownWord
from bot.moderation.people_parser import DASHES
from handlers.blocks.emoji import with_emoji
from handlers.blocks.help import ALL_COMMANDS, FAMILIES, topics
from handlers.parsing.audit_search import LABELLED, ShowAudit, read_audit
from handlers.parsing.call_log_filter import log_word
from handlers.parsing.digests import DigestRequest, read_digest
from handlers.parsing.orders import ActRequest, Incomplete, read_order
from handlers.parsing.synonyms import command_for, require_here
from handlers.parsing.words import Words, tidy

__all__ = [
    "ActRequest",
    "DigestRequest",
    "FindPerson",
    "Help",
    "Incomplete",
    "ListCalls",
    "Request",
    "ShowAudit",
    "ShowCall",
    "ShowCapabilities",
    "ShowCase",
    "ShowReport",
    "ShowRooms",
    "parse",
]

MAX_FILTER = 100
"""Characters in a text filter."""

_NUMBER = re.compile(r"#?(\d{1,9})")


class ListCalls(Frozen):
    """Show the live calls that match a view."""

    view: ListView


class ShowCall(Frozen):
    """Open one call; `page` of its people counts from 0."""

    call: str
    page: int = 0


class FindPerson(Frozen):
    """Show where somebody is live now: by id, or any part of the name."""

    words: str


class ShowReport(Frozen):
    """Show a report of one call; `report` is a name in REPORTS, `page` counts from 0."""

    report: str
    call: str
    page: int = 0


class ShowRooms(Frozen):
    """Show what one vendor, or each, knows by name."""

    vendor: Vendor | None = None
    page: int = 0


class ShowCase(Frozen):
    """Show one case, by number."""

    number: int


class ShowCapabilities(Frozen):
    """Show what one vendor, or each, lets us do."""

    vendor: Vendor | None = None


class Help(Frozen):
    """Explain all commands, or one subcommand."""

    topic: str | None = None


Request = (
    ListCalls
    | ShowCall
    | FindPerson
    | ShowReport
    | ShowRooms
    | ActRequest
    | Incomplete
    | ShowCase
    | ShowAudit
    | DigestRequest
    | ShowCapabilities
    | Help
)
"""Everything that can be said."""


def parse(text: str, command: str = "/calls") -> Request:
    """What `text` asks for. Raises BadInput, or UnknownWord with the nearest known words."""
    words = Words(tidy(_with_ids(text)))
    first = words.take()
    if first is None:
        return ListCalls(view=ListView())
    name = command_for(first.casefold())
    require_here(name, command)
    if words.rest.strip(f"{DASHES} ").casefold() == "help" and name in SUBCOMMANDS:
        return Help(topic=name)
    if name in FAMILIES:
        return read_order(FAMILIES[name], words, command)
    if name not in _READERS:
        raise unknown(first, SUBCOMMANDS, "command", command)
    return _READERS[name](words, command)


def _with_ids(text: str) -> str:
    """Who is searched for in the audit log keeps their Slack id; elsewhere names count."""
    return (
        LABELLED.sub(r"\1\2", text)
        if command_for((text.split() or [""])[0].casefold()) == "audit"
        else text
    )


def unknown(word: str, known: Iterable[str], kind: str, command: str = "/calls") -> UnknownWord:
    """The error for a word nobody knows, with the known ones that look like it."""
    nearest = difflib.get_close_matches(word.casefold(), list(known), n=3, cutoff=0.5)
    return UnknownWord(
        f"There is no {kind} “{word[:MAX_FILTER]}”.",
        nearest=nearest,
        next_step=f"Type `{command} help` for the commands.",
    )


def _list(words: Words, _: str) -> ListCalls:
    vendor: Vendor | None = None
    page = 0
    text: list[str] = []
    asked: dict[str, str | bool] = {}
    while (word := words.take()) is not None:
        if vendor is None and word.casefold() in set(Vendor):
            vendor = Vendor(word.casefold())
        elif (number := words.page(word)) is not None:
            page = number
        elif (found := log_word(word, words)) is not None:
            asked |= found
        else:
            text.append(word)
    wanted = with_emoji(" ".join(text))
    if len(wanted) > MAX_FILTER:
        raise BadInput(
            f"The filter is longer than {MAX_FILTER} characters.",
            next_step="A part of the title, an id or a handle will do.",
        )
    log = LogFilter.model_validate(asked)
    return ListCalls(view=ListView(vendor=vendor, text=wanted, page=page, log=log))


def _show(words: Words, command: str) -> ShowCall:
    call, page = _call_and_page(words, f"{command} show K7QX")
    return ShowCall(call=call, page=page)


def _report(name: str) -> Callable[[Words, str], Request]:
    """The reader of a report's words."""

    def read(words: Words, command: str) -> ShowReport:
        call, page = _call_and_page(words, f"{command} {REPORTS[name].example}")
        return ShowReport(report=name, call=call, page=page)

    return read


def _call_and_page(words: Words, example: str) -> tuple[str, int]:
    """A call, and which page of it, from 0; nothing may follow."""
    call = words.name("call")
    if call is None:
        raise BadInput("Which call?", next_step=f"For example: `{example}`")
    return call, _page(words, words.take(), example)


def _page(words: Words, word: str | None, example: str) -> int:
    """The page that `word` begins, 0 where there is none; nothing may follow."""
    page = words.page(word) if word else None
    words.require_done()
    if word and page is None:
        raise BadInput(
            f"“{word[:MAX_FILTER]}” does not belong there.",
            next_step=f"For example: `{example} page 2`",
        )
    return page or 0


def _rooms(words: Words, command: str) -> ShowRooms:
    word = words.take()
    if word is None:
        return ShowRooms()
    if word.casefold() in set(Vendor):
        vendor = Vendor(word.casefold())
        example = f"{command} {ROOMS.example}"
        return ShowRooms(vendor=vendor, page=_page(words, words.take(), example))
    page = words.page(word)
    if page is None:
        raise unknown(word, Vendor, "vendor", command)
    words.require_done()
    return ShowRooms(page=page)


def _find(words: Words, command: str) -> FindPerson:
    quoted = words.quoted()
    wanted = words.rest.removeprefix("@").strip() if quoted is None else quoted
    if quoted is not None:
        words.require_done()
    wanted = with_emoji(wanted)
    if not can_be_seen(wanted):
        raise BadInput(
            "Who? A name, part of one, or an id.",
            next_step=f"For example: `{command} find alice`",
        )
    if len(wanted) > MAX_FILTER:
        raise BadInput(
            f"The name is longer than {MAX_FILTER} characters.",
            next_step="A part of the name will do.",
        )
    return FindPerson(words=wanted)


def _case(words: Words, command: str) -> ShowCase:
    word = words.take()
    number = _number(word)
    words.require_done()
    if number is None:
        raise BadInput(
            "Which case?", next_step=f"Add the case number, for example: `{command} case 128`"
        )
    return ShowCase(number=number)


def _capabilities(words: Words, command: str) -> ShowCapabilities:
    word = words.take()
    words.require_done()
    if word is None:
        return ShowCapabilities()
    if word.casefold() not in set(Vendor):
        raise unknown(word, Vendor, "vendor", command)
    return ShowCapabilities(vendor=Vendor(word.casefold()))


def _help(words: Words, command: str) -> Help:
    word = words.take()
    if word is None:
        return Help()
    topic = command_for(word.casefold())
    require_here(topic, command)
    if topic not in (*SUBCOMMANDS, ALL_COMMANDS):
        raise unknown(word, SUBCOMMANDS, "command", command)
    return Help(topic=topic)


def _number(word: str | None) -> int | None:
    """The number in `128` or `#128`; up to nine digits."""
    match = _NUMBER.fullmatch(word or "")
    return int(match[1]) if match else None


_READERS: dict[str, Callable[[Words, str], Request]] = {
    "list": _list,
    "show": _show,
    "find": _find,
    **{name: _report(name) for name, report in REPORTS.items() if report.of_call},
    ROOMS.name: _rooms,
    "case": _case,
    "audit": read_audit,
    "digest": read_digest,
    "capabilities": _capabilities,
    "help": _help,
}

SUBCOMMANDS = tuple(topics())
"""Every word that may come first, in the order help shows them."""
