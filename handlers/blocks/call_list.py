"""The list of live calls: ten a page, each with its likeliest acts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.calls.capabilities import Capability
from bot.calls.live import CallListing, ListView
from bot.calls.models import Call, CallLog, RecordingState, Vendor
from bot.calls.rights import NOTHING
from bot.calls.verbs import Weight
from handlers.blocks.action_values import (
    ANY_VENDOR,
    FILTER_TEXT,
    FILTER_VENDOR,
    OPEN,
    PAGE,
    REFRESH_LIST,
    CallValue,
    ListValue,
    menu_ids,
)
from handlers.blocks.elements import (
    MAX_HEADER,
    actions,
    button,
    context,
    header,
    option,
    overflow,
    paragraph,
    plain_text,
    section,
    select,
    stamp,
    text_of,
)
from handlers.blocks.message import Block, Message
from handlers.blocks.offers import (
    act_button,
    act_options,
    for_call,
    handles,
    has_more,
    more_button,
    with_more,
)
from handlers.blocks.text import (
    MINUTES_PER_HOUR,
    bold,
    code,
    count,
    dots,
    hours_and_minutes,
    mrkdwn,
    plain,
    span,
    when,
)

PAGE_SIZE = 10
DIRECT = 2
"""Acts that get a button of their own; the rest are in the menu."""

MAX_MARKS = 3
"""RTMP outputs named on one line."""

MAX_FILTER = 100
"""Characters of the text filter, as when it is typed."""

Capabilities = Mapping[Vendor, Mapping[str, Capability]]


def list_message(listing: CallListing, view: ListView, capabilities: Capabilities) -> Message:
    """The live calls that match `view`, and what can be done with each."""
    last = max(len(listing.calls) - 1, 0) // PAGE_SIZE
    page = min(view.page, last)
    shown = listing.calls[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    blocks = [header(headline(listing, view)), *_filters(view, stamp(listing.at))]
    names = handles(listing.calls)
    for index, call in enumerate(shown):
        mark = f"{stamp(listing.at)}.{index}"
        blocks += _card(listing, call, names[call.ref], capabilities, mark)
    if not shown:
        blocks.append(section(_empty(listing, view)))
    blocks += _notes(listing)
    blocks += _pager(view, page, last, listing)
    return Message(_spoken(listing, view, shown), blocks)


def live_blocks(listing: CallListing, capabilities: Capabilities) -> list[Block]:
    """The first ten calls as on the list, and what is missing, without filters and pages."""
    shown, names = listing.calls[:PAGE_SIZE], handles(listing.calls)
    blocks: list[Block] = []
    for index, call in enumerate(shown):
        mark = f"{stamp(listing.at)}.{index}"
        blocks += _card(listing, call, names[call.ref], capabilities, mark)
    return [*(blocks or [section(_empty(listing, ListView()))]), *_notes(listing)]


def call_facts(call: Call, name: str, now: datetime) -> str:
    """One line about a call: vendor, handle, people, how long, what runs."""
    return dots(
        (
            call.ref.vendor.label,
            code(name),
            count(call.people, "person", "people"),
            "ended" if call.ended_at else "",
            span(call.started_at, now) if call.started_at and not call.ended_at else "",
            *_marks(call),
        )
    )


def log_line(log: CallLog) -> str:
    """A call by its vendor's log: `ended · audio call · superhero8 to user superhero2 · 19 s`."""
    kind = " ".join(word for word in (log.media, log.mode) if word)
    receiver = " ".join(word for word in (log.between, log.receiver) if word)
    length = {"": log.seconds, "audio": log.audio_seconds, "video": log.video_seconds}
    return dots(
        (
            mrkdwn(log.status or "", 20),
            mrkdwn(kind, 40),
            mrkdwn(f"from {log.initiator}" if log.initiator else "", 80),
            mrkdwn(f"to {receiver}" if receiver else "", 80),
            *(f"{name} {_length(seconds)}".strip() for name, seconds in length.items() if seconds),
            count(log.devices, "device") if log.devices is not None else "",
            count(log.recordings, "recording") if log.recordings else "",
        )
    )


def log_blocks(call: Call) -> list[Block]:
    """The line of the call log, where the vendor keeps one."""
    line = log_line(call.log) if call.log is not None else ""
    return [context(line)] if line else []


def _length(seconds: int) -> str:
    """`19 s`, `3 min 20 s`, `1 h 05 min`."""
    minutes, rest = divmod(seconds, 60)
    if minutes < MINUTES_PER_HOUR:
        return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
    return hours_and_minutes(minutes)


def _marks(call: Call) -> list[str]:
    """What runs on a call, as far as the vendor says."""
    marks = {RecordingState.ON: "🔴 recording", RecordingState.PAUSED: "recording paused"}
    running = [marks[call.recording]] if call.recording in marks else []
    if call.locked:
        running.append("🔒 locked")
    if call.backstage:
        running.append("backstage")
    if call.broadcasting:
        running.append("🔴 livestream")
    quiet = {"muted": call.muted, "silenced": call.silenced}
    running += [f"{number} {word}" for word, number in quiet.items() if number]
    return running + [f"RTMP {mrkdwn(name, 64)}" for name in (call.rtmp or ())[:MAX_MARKS]]


def _card(
    listing: CallListing, call: Call, name: str, capabilities: Capabilities, mark: str
) -> list[Block]:
    table = capabilities.get(call.ref.vendor, {})
    rights = listing.rights.get(call.ref.vendor, NOTHING)
    offers = for_call(call, table, rights)
    direct = [offer for offer in offers if offer.verb.weight is Weight.LIGHT][:DIRECT]
    live = call.ended_at is None
    ids = menu_ids(call.ref, stamp=mark)
    opened = CallValue(call=call.ref)
    row = [
        button("Open", OPEN, opened),
        *(act_button(offer, call, mark) for offer in direct),
    ]
    rest = [offer for offer in offers if offer not in direct]
    rest.sort(key=lambda offer: offer.verb.weight is not Weight.HEAVY)
    more = live and has_more(table, rights)
    if ids is not None and rest:
        options = act_options(rest)
        row.append(overflow(ids.action_id, with_more(options) if more else options))
    elif more:
        row.append(more_button(call))
    title = bold(call.title, MAX_HEADER, empty="Untitled call")
    return [
        section(f"{title}\n{call_facts(call, name, listing.at)}"),
        *(log_blocks(call) if not live else []),
        *actions(row, ids.block_id if ids else mark),
    ]


def _filters(view: ListView, mark: str) -> list[Block]:
    vendors = [option("All vendors", ANY_VENDOR), *(option(v.label, v.value) for v in Vendor)]
    text: Block = {
        "type": "plain_text_input",
        "action_id": FILTER_TEXT,
        "max_length": MAX_FILTER,
        "placeholder": plain_text("Words in the title, an id or a handle", MAX_HEADER),
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    if view.text:
        text["initial_value"] = plain(view.text, MAX_FILTER)
    return [
        {
            "type": "input",
            "block_id": f"{mark}.text",
            "dispatch_action": True,
            "optional": True,
            "label": plain_text("Find", MAX_HEADER),
            "element": text,
        },
        *actions(
            [
                select(FILTER_VENDOR, vendors, view.vendor or ANY_VENDOR, "Vendor"),
                button("Refresh", REFRESH_LIST, ListValue(view=view)),
            ],
            f"{mark}.filter",
        ),
    ]


def headline(listing: CallListing, view: ListView) -> str:
    """`4 live calls · CometChat not answering`: how many, and whose are missing."""
    silent = " and ".join(dict.fromkeys(trouble.vendor.label for trouble in listing.troubles))
    number = count(len(listing.calls), "call" if view.log.is_narrow else "live call")
    return dots((number, f"{silent} not answering" if silent else ""))


def _empty(listing: CallListing, view: ListView) -> str:
    if view.log.is_narrow and not listing.troubles:
        return "No call in the log matches this. Say less, or something else."
    if listing.troubles:
        return "Nothing to show, but not every vendor answered. Press Refresh in a moment."
    if view.text or view.vendor:
        return "No live call matches this. Clear the filter, or choose all vendors."
    return "No call is live right now. Start one in your app, then press Refresh."


def _notes(listing: CallListing) -> list[Block]:
    """What is missing: vendors without a call log, those that did not answer or have more."""
    lines = [_searched(listing.logs)] if listing.logs else []
    lines += [f"⚠️ {mrkdwn(trouble.message)}" for trouble in listing.troubles]
    for vendor in listing.partial:
        seen = sum(call.ref.vendor is vendor for call in listing.calls)
        lines.append(
            f"{vendor.label} has more live calls than were read; only its newest are searched here "
            f"({count(seen, 'match', 'matches')}). A handle or an id finds any of those shown."
        )
    return [paragraph(lines)] if lines else []


def _searched(logs: Sequence[Vendor]) -> str:
    """That only these vendors' call logs were searched."""
    whose = " and ".join(f"{vendor.label}'s" for vendor in logs)
    what = "call log was" if len(logs) == 1 else "call logs were"
    return f"Only {whose} {what} searched: the other vendors have none."


def _pager(view: ListView, page: int, last: int, listing: CallListing) -> list[Block]:
    if not last:
        return [context(f"As of {when(listing.at)}")]
    before = ListValue(view=view.model_copy(update={"page": page - 1}))
    after = ListValue(view=view.model_copy(update={"page": page + 1}))
    row = [
        button("Previous", f"{PAGE}#previous", before) if page else None,
        button("Next", f"{PAGE}#next", after) if page < last else None,
    ]
    return [
        *actions(row, f"{stamp(listing.at)}.pager"),
        context(dots((f"Page {page + 1} of {last + 1}", f"as of {when(listing.at)}"))),
    ]


def _spoken(listing: CallListing, view: ListView, shown: Sequence[Call]) -> str:
    first = "; ".join(mrkdwn(call.title, 40, empty="Untitled call") for call in shown[:3])
    return text_of(f"{headline(listing, view)}{': ' + first if first else ''}.")
