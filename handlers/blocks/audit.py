"""The audit log, newest first, a page at a time."""

import re
from collections.abc import Sequence

from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import UNDATED, AuditEntry, DamagedEntry, Event
from bot.calls.outcomes import state_names
from bot.calls.verbs import VERBS
from handlers.blocks.action_values import AUDIT, AUDIT_SEARCH, AuditValue
from handlers.blocks.cases import state_words
from handlers.blocks.elements import actions, button, context, header, paragraph, section, text_of
from handlers.blocks.message import Block, Message
from handlers.blocks.text import code, count, dots, mrkdwn, when, who

MAX_ENTRIES = 40
"""Entries on one page, so that it stays below Slack's 50 blocks."""

LEGIBLE = 300
"""Characters of a damaged entry that are shown."""

NAMED = 3
"""People named in one entry; the rest are counted."""

EVENTS = {
    Event.JOINED: "also requested",
    Event.REFERRED: "asked for",
    Event.DISCLOSED: "given links",
    Event.SUBSCRIBED: "digest set up",
    Event.CHANGED: "digest changed",
    Event.PAUSED: "digest paused",
    Event.RESUMED: "digest resumed",
    Event.STOPPED: "digest stopped",
    Event.SENT: "digest sent",
    Event.RESTORED: "database restored",
    Event.NEWER: "of a newer release",
}
"""What is said of an event that its name alone does not tell."""

_OF_DIGESTS = {Event.SUBSCRIBED, Event.CHANGED, Event.PAUSED, Event.RESUMED, Event.STOPPED}
_ITS_CHANNEL = re.compile(r"^(.{0,40}\bfor )([CG][A-Z0-9]{1,31})\b")


def audit_message(entries: Sequence[AuditEntry], which: AuditQuery) -> Message:
    """A page of the audit log; a full one has a button for older entries."""
    title = "Audit log" if which.case is None else f"Audit log of case #{which.case}"
    shown = entries[:MAX_ENTRIES]
    blocks = [header(title)]
    if sought := search_words(which):
        blocks.append(context(sought))
    blocks += [paragraph(_entry(entry)) for entry in shown]
    if not shown:
        blocks.append(section("No entries match."))
    full = bool(shown) and len(entries) >= which.limit
    blocks += _buttons(which, shown[-1].id if full else None)
    if shown:
        blocks.append(context(f"Entries {shown[-1].id} to {shown[0].id}, newest first."))
    return Message(text_of(f"{title}: {count(len(shown), 'entry', 'entries')}."), blocks)


def search_words(which: AuditQuery) -> str:
    """The search in words; empty where it is for the whole log."""
    verbs = ", ".join(verb_words(name) for name in which.verbs)
    return dots(
        (
            f"Person: {mrkdwn(which.person, 100)}" if which.person else "",
            f"Moderator: {who(which.by)}" if which.by else "",
            f"Action: {mrkdwn(verbs, 200)}" if verbs else "",
            which.vendor.label if which.vendor else "",
            f"Result: {state_words(which.state)}" if which.state else "",
            f"From: {when(which.since)}" if which.since else "",
            f"To: {when(which.until)}" if which.until else "",
        )
    )


def verb_words(name: str) -> str:
    """A verb's label; its name where it is none of today's."""
    return VERBS[name].label if name in VERBS else name


def _buttons(which: AuditQuery, oldest: int | None) -> list[Block]:
    """Older entries, where there may be some, and the form to search."""
    older = None
    if oldest is not None:
        value = AuditValue(which=which.model_copy(update={"before": oldest}))
        older = button("Older", AUDIT, value)
    anew = AuditValue(which=which.model_copy(update={"before": None, "case": None}))
    mark = f"audit.{which.before or 0}.{oldest or 0}"
    return actions([older, button("Search", AUDIT_SEARCH, anew)], mark)


def _entry(entry: AuditEntry) -> list[str]:
    """How it went and to which case, when, by whom; then what, to whom, where and why."""
    first = dots(
        (
            _what(entry),
            f"case #{entry.case}" if entry.case is not None else "",
            when(entry.at) if entry.at > UNDATED else "",
            who(entry.actor.user) if entry.actor else "",
            f"entry {code(str(entry.id))}",
        )
    )
    second = dots(
        (
            mrkdwn(verb_words(entry.verb), 40) if entry.verb else "",
            _people(entry),
            f"“{mrkdwn(entry.title, 80)}”" if entry.title else "",
            f"reason: {mrkdwn(entry.reason, 120)}" if entry.reason else "",
            _detail_words(entry) if entry.detail else "",
        )
    )
    legible = mrkdwn(entry.text, LEGIBLE) if isinstance(entry, DamagedEntry) else ""
    return [line for line in (first, second, legible) if line]


def _what(entry: AuditEntry) -> str:
    """What happened: the outcome itself, where it is one, else the event."""
    ended = entry.state is not None and not entry.state.open
    if entry.state is not None and ended and entry.event in {Event.OUTCOME, Event.REFUSED}:
        return state_words(entry.state)
    return f"*{EVENTS.get(entry.event, entry.event.value)}*"


def _detail_words(entry: AuditEntry) -> str:
    """The details, where they are of a digest with its channel as Slack shows one."""
    words = mrkdwn(_detail(entry))
    return _ITS_CHANNEL.sub(r"\1<#\2>", words) if entry.event in _OF_DIGESTS else words


def _detail(entry: AuditEntry) -> str:
    """The details as they are kept, without what stands beside them already.

    Options were asked for as `kind=composite`; one person's outcome begins with name and state.
    """
    if entry.event is Event.REQUESTED and entry.verb in VERBS:
        names = "|".join(VERBS[entry.verb].model_fields) or "(?!)"
        return re.sub(rf"(^| )({names})=", r"\1\2: ", entry.detail)
    if entry.event is not Event.OUTCOME or entry.state is None or "\n" in entry.detail:
        return entry.detail
    states = "|".join(map(re.escape, {*state_names(entry.state)}))
    return re.sub(rf"^(?:[^\n]{{1,255}}?: )?(?:{states})\. ", "", entry.detail, count=1)


def _people(entry: AuditEntry) -> str:
    named = ", ".join(mrkdwn(person, 60) for person in entry.people[:NAMED])
    more = len(entry.people) - NAMED
    people = f"{named} and {more} more" if more > 0 else named
    return (
        f"{people} ({count(len(entry.reached), 'person', 'people')})" if entry.reached else people
    )
