"""The record, newest first, a page at a time."""

from collections.abc import Sequence
from typing import Protocol

from bot.calls.cases import AuditEntry, Event
from bot.calls.verbs import VERBS
from handlers.blocks.cases import state_words
from handlers.blocks.message import Message
from handlers.blocks.parts import actions, button, context, header, section, text_of
from handlers.blocks.text import code, count, dots, mrkdwn, when, who
from handlers.blocks.values import AUDIT, AuditValue

MAX_ENTRIES = 40
"""Entries on one page, so that it stays below Slack's 50 blocks."""


class Asked(Protocol):
    """Which part of the record is shown."""

    @property
    def case(self) -> int | None:
        """Only this case."""

    @property
    def before(self) -> int | None:
        """Only entries before this one."""

    @property
    def limit(self) -> int:
        """How many were asked for."""


def audit_message(entries: Sequence[AuditEntry], asked: Asked) -> Message:
    """A page of the record; a full one has a button for older entries."""
    title = "The record" if asked.case is None else f"The record of case #{asked.case}"
    shown = entries[:MAX_ENTRIES]
    blocks = [header(title), *(section(_entry(entry)) for entry in shown)]
    if not shown:
        blocks.append(section("There is nothing in this part of the record."))
    elif len(entries) >= asked.limit:
        older = AuditValue(case=asked.case, before=shown[-1].id)
        blocks += actions([button("Older", AUDIT, older)], f"audit.{shown[-1].id}")
    if shown:
        blocks.append(context(f"Entries {shown[-1].id} to {shown[0].id}, newest first."))
    return Message(text_of(f"{title}: {count(len(shown), 'entry', 'entries')}."), blocks)


def _entry(entry: AuditEntry) -> str:
    verb = VERBS.get(entry.verb or "")
    people = ", ".join(mrkdwn(person, 60) for person in entry.people[:3])
    more = f" and {len(entry.people) - 3} more" if len(entry.people) > 3 else ""  # noqa: PLR2004  as named above
    first = dots(
        (
            code(str(entry.id)),
            when(entry.at),
            f"*{entry.event.value}*" if entry.event is not Event.OUTCOME else "*outcome*",
            f"case #{entry.case}" if entry.case is not None else "",
            state_words(entry.state) if entry.state else "",
            who(entry.actor.user) if entry.actor else "",
        )
    )
    second = dots(
        (
            verb.label if verb else mrkdwn(entry.verb, 40) if entry.verb else "",
            people + more,
            f"“{mrkdwn(entry.title, 80)}”" if entry.title else "",
            f"reason: {mrkdwn(entry.reason, 120)}" if entry.reason else "",
            mrkdwn(entry.detail) if entry.detail else "",
        )
    )
    return f"{first}\n{second}" if second else first
