"""A case's whole life: asked, joined, tried, ended, for each person, and taken back."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.calls.case_history import CaseHistory
from bot.calls.cases import AuditEntry, Case, Event
from bot.calls.outcomes import Result, State
from bot.calls.rights import Rights
from handlers.blocks.action_values import CASE_PAGE, CaseValue
from handlers.blocks.cases import (
    case_buttons,
    deed,
    notes,
    result_line,
    so_far,
    spoken,
    state_words,
)
from handlers.blocks.elements import (
    MAX_TEXT,
    actions,
    button,
    header,
    paragraph,
    plain_text,
    section,
)
from handlers.blocks.message import Block, Message
from handlers.blocks.text import code, dots, mrkdwn, place, when, who

PER_PAGE = 20
"""Results on one page: with the longest evidence they still fit into Slack's 50 blocks."""

MOST_TOLD = 12
"""Lines about who joined and what undid it, each; the rest are counted."""

URGENT = (
    State.NOT_CONFIRMED,
    State.FAILED,
    State.REFUSED,
    State.PARTLY,
    State.ASKED,
    State.ALREADY,
    State.CONFIRMED,
)
"""What wants an eye, the most first."""


def case_message(life: CaseHistory, rights: Rights, page: int = 0) -> Message:
    """All that is on record of a case, with one page of its results; pages count from 0.

    `rights` are the reader's.
    """
    case = life.case
    blocks = [
        header(f"Case #{case.number}: {case.act.verb.label}"),
        paragraph(_facts(case)),
        {"type": "section", "text": plain_text(_reason(case), MAX_TEXT)},
    ]
    if story := [*_joined(life.entries), *_undone(life)]:
        blocks.append(paragraph(story))
    blocks += _results(case, page)
    return Message(spoken(case), [*blocks, *case_buttons(case, rights, show=False)])


def _facts(case: Case) -> list[str]:
    act = case.act
    asked = (f"*Asked by* {who(case.actor.user)}", when(case.asked_at), _place(case.channel))
    return [
        f"{state_words(case.state)}: {deed(case)}",
        *([f"{told}."] if (told := so_far(case)) else []),
        *notes(case),
        f"*Call* {dots((act.call.vendor.label, code(act.handle), code(act.call.id)))}",
        dots(asked),
        f"*Ended* {when(case.finished_at)}" if case.finished_at else "*Ended* not yet",
        *([f"*Tried* {case.attempt} times"] if case.attempt > 1 else []),
    ]


def _reason(case: Case) -> str:
    return f"Reason: {case.reason or 'none given'}"


def _place(channel: str | None) -> str:
    """Where it was asked; Slack's ids of direct messages begin with D."""
    if channel is None:
        return ""
    if channel.startswith("D"):
        return "in a direct message"
    return f"in {place(channel)}"


def _joined(entries: Iterable[AuditEntry]) -> list[str]:
    """Who wanted the same meanwhile, what was refused under this case, and what is damaged."""
    lines = []
    for entry in entries:
        by = dots((who(entry.actor.user) if entry.actor else "", when(entry.at)))
        if entry.event is Event.JOINED:
            reason = f" · reason: {mrkdwn(entry.reason, 120)}" if entry.reason else ""
            lines.append(f"*Also asked for by* {by}{reason}")
        elif entry.event is Event.REFUSED:
            lines.append(f"*Refused* {by}: {mrkdwn(entry.detail)}")
        elif entry.event is Event.DAMAGED:
            lines.append(f"*Damaged* {mrkdwn(entry.detail)}")
    return _first(lines)


def _undone(life: CaseHistory) -> list[str]:
    """The cases that undid it."""
    lines = [
        f"*Undone by* case #{case.number}: {deed(case)} · {who(case.actor.user)}"
        f" · {when(case.finished_at or case.asked_at)}"
        for case in life.undone
    ]
    return _first(lines)


def _first(lines: Sequence[str]) -> list[str]:
    more = len(lines) - MOST_TOLD
    return [*lines[:MOST_TOLD], *([f"and {more} more"] if more > 0 else [])]


def _results(case: Case, page: int) -> list[Block]:
    """Each person's outcome with its evidence; what wants an eye comes first."""
    if not case.results:
        return []
    ordered = sorted(case.results, key=lambda result: URGENT.index(result.state))
    last = (len(ordered) - 1) // PER_PAGE
    page = min(page, last)
    shown = ordered[page * PER_PAGE : (page + 1) * PER_PAGE]
    blocks = [section(_counts(case.results, page, last))] if len(ordered) > 1 else []
    blocks += [section(text) for text in _together([result_line(result) for result in shown])]
    return blocks + _turns(case, page, last)


def _counts(results: Sequence[Result], page: int, last: int) -> str:
    """How many of each state; which page this is, where there are several."""
    found = Counter(result.state for result in results)
    each = (f"{found[state]} {state_words(state)}" for state in URGENT if state in found)
    return dots((*each, f"page {page + 1} of {last + 1}" if last else ""))


def _together(lines: Iterable[str]) -> list[str]:
    """The lines in as few texts as hold them."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < MAX_TEXT:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return texts


def _turns(case: Case, page: int, last: int) -> list[Block]:
    """The way to the pages before and after."""
    row = []
    for label, other in (("Earlier results", page - 1), ("More results", page + 1)):
        if 0 <= other <= last:
            value = CaseValue(number=case.number, attempt=case.attempt, page=other)
            row.append(button(label, f"{CASE_PAGE}|{other}", value))
    return actions(row, f"case.page.{case.number}.{page}.{case.state}")
