"""One call opened: what runs, what can be done, who is there, what was done last."""

from collections.abc import Sequence

from bot.calls.acts import Person
from bot.calls.cases import Case
from bot.calls.handles import handle
from bot.calls.live import CallView, ListView
from bot.calls.models import Participant
from bot.calls.reports import REPORTS
from bot.calls.verbs import VERBS, Verb
from handlers.blocks.action_values import BACK, OPEN, REFRESH_CALL, CallValue, ListValue, menu_ids
from handlers.blocks.call_list import call_facts, log_blocks
from handlers.blocks.cases import case_line
from handlers.blocks.elements import (
    MAX_HEADER,
    actions,
    button,
    context,
    header,
    overflow,
    paragraph,
    section,
    stacked,
    stamp,
    text_of,
)
from handlers.blocks.kept_out import kept_out_blocks
from handlers.blocks.message import Block, Message
from handlers.blocks.offers import (
    Offer,
    act_button,
    act_options,
    for_call,
    for_person,
    has_more,
    more_button,
    with_more,
)
from handlers.blocks.reports.attendance import stay_line
from handlers.blocks.reports.report_values import REPORT, ReportValue
from handlers.blocks.text import (
    bold,
    count,
    dots,
    lines,
    mrkdwn,
    named,
    plain,
    span,
    thousands,
    when,
)

PEOPLE_PAGE = 25
"""People on one page of a call's card."""

MAX_CONTEXT = 2000

NO_ID = "unknown: no id, nothing can be done"
"""Beside somebody whom the vendor lists without an id, as a recorder."""

PROTECTED = "protected"
"""Beside somebody on whom only admins may act, where the reader is none: no menu is drawn."""


def call_message(view: CallView, cases: Sequence[Case]) -> Message:
    """The card of one call; at most 25 people, so that it stays below Slack's 50 blocks."""
    call, mark = view.call, stamp(view.at)
    name = handle(call.ref)
    title = plain(call.title, MAX_HEADER, empty="Untitled call")
    offers = for_call(call, view.capabilities, view.rights, view.rtmp_targets)
    blocks = [
        header(title),
        section(call_facts(call, name, view.at)),
        *log_blocks(call),
        *actions(
            [*(act_button(offer, call, mark) for offer in offers), _more(view)], f"{mark}.acts"
        ),
        *actions(_report_buttons(view), f"{mark}.looks"),
        *_recent(cases, view.set_aside),
        *_people(view, mark),
        *kept_out_blocks(view, mark),
        *_limits(view),
        *_foot(view, mark),
    ]
    facts = f"{mrkdwn(title, MAX_HEADER)}, {call.ref.vendor.label}, {name}"
    return Message(text_of(f"{facts}: {count(call.people, 'person', 'people')}."), blocks)


def _recent(cases: Sequence[Case], set_aside: Sequence[int]) -> list[Block]:
    """What was done last in this call: above the people, who may fill pages."""
    rows = [case_line(case) for case in cases]
    rows += [
        f"Case #{number} was made by another release of Callwarden and cannot be shown here."
        for number in set_aside
    ]
    return [paragraph(["*Recent actions*", *rows])] if rows else []


def _people(view: CallView, mark: str) -> list[Block]:
    people = view.people.items[:PEOPLE_PAGE]
    if view.call.ended_at is not None:
        return [section("This call has ended."), *_attended(view)]
    if not people:
        return [section("Nobody is in the call right now.")]
    offers = for_person(view.capabilities, view.rights, view.rtmp_targets)
    return [_person(view, person, offers, f"{mark}.{index}") for index, person in enumerate(people)]


def _attended(view: CallView) -> list[Block]:
    """Who was in a call that is over, as many as a page; the button “Attendance” tells all."""
    stays = view.attendance.stays if view.attendance is not None else ()
    rows = [stay_line(stay, view.at) for stay in stays[:PEOPLE_PAGE]]
    if len(stays) > PEOPLE_PAGE:
        rows.append(f"and {thousands(len(stays) - PEOPLE_PAGE)} more: press Attendance.")
    return stacked(rows)


def _person(view: CallView, person: Participant, offers: Sequence[Offer], mark: str) -> Block:
    reached = view.rights.may_reach(Person.of(person))
    accessory = _menu(view, Person.of(person), offers, mark) if person.known and reached else {}
    role = mrkdwn(person.role, 40) if person.role else ""
    since = f"{span(person.joined_at, view.at)}" if person.joined_at else ""
    text = "\n".join(
        (
            named(person.name, person.custom_id or person.id)
            if person.known
            else f"{bold(person.shown)} {NO_ID}",
            dots((role, "" if reached else PROTECTED, since, *_sound(person))) or "connected",
        )
    )
    return section(text, **accessory)


def _more(view: CallView) -> Block | None:
    """The way to every act on a live call, where there is any."""
    live = view.call.ended_at is None
    return more_button(view.call) if live and has_more(view.capabilities, view.rights) else None


def _menu(view: CallView, person: Person, offers: Sequence[Offer], mark: str) -> Block:
    """The acts on a person; where the ids are too long for a menu, the first act as a button."""
    call = view.call
    ids = menu_ids(call.ref, stamp=mark, person=person.id)
    if ids is not None:
        more = has_more(view.capabilities, view.rights, person=True)
        options = with_more(act_options(offers)) if more else act_options(offers)
        menu = overflow(ids.action_id, options)
        return {"accessory": menu, "block_id": ids.block_id} if menu else {}
    first = act_button(offers[0], call, mark, person) if offers else None
    return {"accessory": first, "block_id": mark} if first else {}


def _sound(person: Participant) -> list[str]:
    """Silenced by us; muted or speaking, where the vendor says."""
    quiet = ["silenced"] if person.silenced else []
    if person.muted:
        return [*quiet, "muted"]
    return [*quiet, "speaking"] if person.speaking else quiet


def _report_buttons(view: CallView) -> list[Block | None]:
    """A button for each report of the call that its vendor has and its reader may take."""
    return [
        button(
            report.label,
            f"{REPORT}#{name}",
            ReportValue(look=name, call=view.call.ref),
        )
        for name, report in REPORTS.items()
        if report.of_call and name in view.reports and view.reports[name].possible
        if name in view.rights.reports
    ]


def _limits(view: CallView) -> list[Block]:
    """What somebody may look for in vain: the acts and reports that this vendor does not have."""
    missing = [
        VERBS[name].label.lower()
        for name, capability in view.capabilities.items()
        if not capability.possible and name in VERBS and _missed(VERBS[name])
    ]
    missing += [
        report.label.lower()
        for name, report in REPORTS.items()
        if report.of_call and name in view.reports and not view.reports[name].possible
    ]
    if not missing:
        return []
    unavailable = f"Not available on {view.call.ref.vendor.label}: {', '.join(missing)}."
    return [context(lines([unavailable], MAX_CONTEXT))]


def _missed(verb: type[Verb]) -> bool:
    """Whether somebody looks for it on a card."""
    return verb.drawn and not verb.substitute


def _foot(view: CallView, mark: str) -> list[Block]:
    def at(page: int) -> CallValue:
        return CallValue(call=view.call.ref, page=page)

    row = [
        button("Previous", f"{OPEN}#previous", at(view.page - 1)) if view.page else None,
        button("Next", f"{OPEN}#next", at(view.page + 1)) if view.people.next else None,
        button("Refresh", REFRESH_CALL, at(view.page)),
        button("Back to the list", BACK, ListValue(view=ListView())),
    ]
    total = view.people.total if view.people.total is not None else view.call.people
    first = view.page * PEOPLE_PAGE + 1
    last = first + len(view.people.items[:PEOPLE_PAGE]) - 1
    seen = f"People {first} to {last} of {thousands(max(total, last))}" if last >= first else ""
    return [*actions(row, f"{mark}.foot"), context(dots((seen, f"as of {when(view.at)}")))]
