"""What every report is made of, and the reports that are rows of words."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import isfinite
from typing import Generic, NamedTuple, TypeVar

from bot.calls.handles import handle
from bot.calls.models import Page
from bot.calls.reports import REPORTS, CallMember, Feedback, PersonQuality, Quality
from handlers.blocks.action_values import OPEN, CallValue
from handlers.blocks.elements import (
    MAX_HEADER,
    actions,
    button,
    context,
    header,
    section,
    stacked,
    stamp,
    text_of,
)
from handlers.blocks.message import Block, Message
from handlers.blocks.reports.report_values import REPORT_PAGE, TitledReport
from handlers.blocks.text import (
    clean,
    code,
    count,
    dots,
    mrkdwn,
    named,
    plain,
    thousands,
    when,
    whole,
)

ROWS = 25
"""Rows on one page: each may need a paragraph of its own, and Slack takes 50 blocks."""

MAX_REASON = 300
"""Characters shown of what somebody wrote; escaped they may be five times as many."""

NO_LOSS = "0 % lost"
"""Says nothing about why a connection is bad."""

MOST_SHOWN = 99_999
"""The highest figure written out."""

T = TypeVar("T")


class ReportPage(NamedTuple, Generic[T]):
    """The items on one page; pages count from 0."""

    items: Sequence[T]
    page: int
    last: int


def page_of(items: Sequence[T], page: int, size: int = ROWS) -> ReportPage[T]:
    """That page of `items`, or the last one where there are fewer."""
    last = max(len(items) - 1, 0) // size
    page = min(page, last)
    return ReportPage(items[page * size : (page + 1) * size], page, last)


def grouped(
    rows: Sequence[tuple[str, str]], page: int
) -> tuple[list[str], ReportPage[tuple[str, str]]]:
    """A page of rows, each as (heading, row), with a heading wherever it changes."""
    shown = page_of(rows, page)
    lines: list[str] = []
    before = None
    for heading, row in shown.items:
        if heading != before:
            lines.append(f"*{heading}*")
        lines.append(row)
        before = heading
    return lines, shown


def report(
    asked: TitledReport,
    facts: Iterable[str],
    body: Sequence[Block],
    shown: ReportPage[T],
    at: datetime,
) -> Message:
    """A report of a call: what and where, the facts, the body, and how to go on."""
    label, known_facts = REPORTS[asked.look].label, [fact for fact in facts if fact]
    title = plain(asked.title, MAX_HEADER, empty="Untitled call")
    where = dots((asked.call.vendor.label, code(handle(asked.call)), *known_facts))
    blocks = [header(f"{label}: {title}"), section(where), *body, *_foot(asked, shown, at)]
    spoken = f"{label} of {mrkdwn(title, MAX_HEADER)}"
    return Message(
        text_of(f"{spoken}: {', '.join(known_facts)}." if known_facts else f"{spoken}."), blocks
    )


def _foot(asked: TitledReport, shown: ReportPage[T], at: datetime) -> list[Block]:
    def to(page: int) -> TitledReport:
        return asked.model_copy(update={"page": page})

    row = [
        button("Previous", f"{REPORT_PAGE}#previous", to(shown.page - 1)) if shown.page else None,
        button("Next", f"{REPORT_PAGE}#next", to(shown.page + 1))
        if shown.page < shown.last
        else None,
        button("Refresh", REPORT_PAGE, to(shown.page)),
        button("Open call", f"{OPEN}#call", CallValue(call=asked.call)),
    ]
    return [*actions(row, f"{stamp(at)}.foot"), context(as_of(shown, at))]


def as_of(shown: ReportPage[T], at: datetime) -> str:
    """The line that says which page this is, and as of when."""
    if not shown.last:
        return f"As of {when(at)}"
    return dots((f"Page {shown.page + 1} of {shown.last + 1}", f"as of {when(at)}"))


def figure(value: float | None, words: str) -> str:
    """`words` with the measured figure in place of `{}`; empty where there is no figure."""
    if value is None or not isfinite(value):
        return ""
    return words.format(thousands(whole(value, MOST_SHOWN)))


def quality_report(asked: TitledReport, quality: Quality, at: datetime) -> Message:
    """The quality report: a call's score, who has trouble and why, the rest on one line."""
    bad = [person for person in quality.people if person.bad]
    shown = page_of(bad, asked.page)
    facts = (
        figure(quality.score, "score {} of 100"),
        f"{count(len(bad), 'person has', 'people have')} a bad connection" if bad else "",
    )
    heading = ["*A bad connection*"] if bad else []
    body = stacked([*heading, *map(_trouble, shown.items), _rest(quality.people)])
    if clean(quality.note):
        body.append(context(mrkdwn(quality.note, MAX_REASON)))
    return report(asked, facts, body, shown, at)


def _trouble(quality: PersonQuality) -> str:
    """Who it is and why it is bad, then what was measured besides: `Ann: 12 % lost, 480 ms`."""
    name = named(quality.person.name, quality.person.custom_id or quality.person.id)
    why = clean(quality.why)
    reasons = [mrkdwn(why, MAX_REASON)] if why else []
    besides = [
        words for of, words in _measured(quality).items() if of not in why and words != NO_LOSS
    ]
    return f"{name}: {', '.join([*reasons, *besides]) or 'no figures'}"


def _measured(quality: PersonQuality) -> dict[str, str]:
    """The figures there are, by what a reason calls them."""
    figures = {
        "lost": figure(quality.lost_percent, "{} % lost"),
        "latency": figure(quality.latency_ms, "{} ms"),
        "jitter": figure(quality.jitter_ms, "jitter {} ms"),
        "score": figure(quality.score, "score {} of 100"),
    }
    return {of: words for of, words in figures.items() if words}


def _rest(people: Sequence[PersonQuality]) -> str:
    """Everybody without trouble, on one line."""
    if not people:
        return "Nobody was measured."
    rest = [person for person in people if not person.bad]
    if not rest:
        return "Nobody else was measured."
    well = sum(bool(_measured(person)) for person in rest)
    if len(rest) == len(people) and not well:
        return f"There are no figures yet for {count(len(rest), 'person', 'people')}."
    parts = (
        f"{count(well, 'person', 'people')} without trouble" if well else "",
        f"{count(len(rest) - well, 'person', 'people')} without figures"
        if well < len(rest)
        else "",
    )
    head = "The rest" if len(rest) < len(people) else "No bad connection"
    return f"{head}: {', '.join(words for words in parts if words)}."


def members_report(asked: TitledReport, members: Page[CallMember], at: datetime) -> Message:
    """The members report: who belongs to a call, those who are not in it first."""
    order = (False, None, True)
    people = sorted(members.items, key=lambda member: order.index(member.here))
    total = {here: sum(person.here is here for person in people) for here in order}
    headings = {
        False: f"Missing ({thousands(total[False])})",
        None: f"Not known whether in the call ({thousands(total[None])})",
        True: f"In the call ({thousands(total[True])})",
    }
    rows, shown = grouped(
        [(headings[person.here], _member(person)) for person in people], asked.page
    )
    facts = [
        count(len(people), "member") if people else "",
        f"{thousands(total[False])} missing" if total[False] else "",
        "more than were read" if members.next is not None else "",
    ]
    body = stacked(rows) or [section("Nobody is on the list of this call's members.")]
    return report(asked, facts, body, shown, at)


def _member(member: CallMember) -> str:
    return dots((named(member.name, member.id), mrkdwn(member.role, 40) if member.role else ""))


def feedback_report(asked: TitledReport, answers: Sequence[Feedback], at: datetime) -> Message:
    """The feedback report: what people said about a call, newest first."""
    shown = page_of(answers, asked.page)
    facts = (
        count(len(answers), "answer") if answers else "",
        _average([feedback.rating for feedback in answers]),
    )
    body = stacked(map(_said, shown.items)) or [section("Nobody has said anything about it.")]
    return report(asked, facts, body, shown, at)


def _average(ratings: Sequence[int | None]) -> str:
    """The average of those who gave a rating, empty where nobody did."""
    given = [min(max(rating, 0), MOST_SHOWN) for rating in ratings if rating is not None]
    return f"rated {sum(given) / len(given):.1f} on average" if given else ""


def _said(feedback: Feedback) -> str:
    return dots(
        (
            named(feedback.name, feedback.person),
            figure(feedback.rating, "rated {}"),
            when(feedback.at) if feedback.at else "",
            f"“{mrkdwn(feedback.reason, MAX_REASON)}”" if clean(feedback.reason) else "",
        )
    )
