"""The Home tab: what Callwarden is, what its reader may do here, what is live, and their cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.calls.actors import Role
from bot.calls.capabilities import Capability
from bot.calls.cases import Case
from bot.calls.live import CallListing, ListView
from bot.calls.models import Frozen, Vendor
from bot.calls.verbs import VERBS
from handlers.blocks.action_values import (
    ALL_CALLS,
    CASE,
    REFRESH_HOME,
    TRY_CHANNELS,
    CaseValue,
    ListValue,
)
from handlers.blocks.call_list import PAGE_SIZE, headline, live_blocks
from handlers.blocks.cases import case_line
from handlers.blocks.elements import (
    MAX_TEXT,
    actions,
    button,
    context,
    header,
    paragraph,
    section,
    stamp,
)
from handlers.blocks.message import Block, Message
from handlers.blocks.text import lines, say, when

MAX_SAID = MAX_TEXT // 5
"""Characters of an error: five times as many, all of them escaped, still fit into a section."""

CASES = 5
"""Cases shown of one person."""

MAX_BLOCKS = 100
"""Slack's limit for a Home tab (docs.slack.dev, reference/views)."""

NOT_NOW = "home.not_now"
"""Where a Home says why it is not drawn anew."""

WHAT = (
    "*Callwarden* moderates live voice and video calls from Slack.",
    "Every act has a number, a reason and an outcome that was read back from the vendor.",
    "Everything is in an audit log that shows whether somebody changed it.",
)


class VendorAccess(Frozen):
    """What one vendor is to the reader: their role there, and the verbs by name they may use.

    `anything` is whether the vendor can be acted on at all.
    """

    vendor: Vendor
    role: Role
    verbs: tuple[str, ...] = ()
    anything: bool = True


class HomeContent(Frozen):
    """All a member's Home is drawn from. What could not be had is a message in its place.

    `outages` are sentences about channels that an admin has to mend.
    """

    places: tuple[VendorAccess, ...]
    calls: CallListing | Message
    cases: tuple[Case, ...] | Message
    capabilities: Mapping[Vendor, Mapping[str, Capability]]
    outages: tuple[str, ...] = ()


def home_view(content: HomeContent, command: str, at: datetime) -> dict[str, Any]:
    """The Home tab of a member."""
    mark = stamp(at)
    top = [
        button("Refresh", REFRESH_HOME, ListValue(view=ListView())),
        button("All live calls", ALL_CALLS, ListValue(view=ListView())),
    ]
    return _home(
        [
            header("Callwarden"),
            paragraph(WHAT),
            *_outages(content.outages),
            paragraph(["*Your permissions*", *(_place(place) for place in content.places)]),
            *actions(top, f"{mark}.home"),
            *_calls(content),
            *_cases(content.cases, mark),
            _help(command),
            context(f"As of {when(at)}"),
        ]
    )


def outside_view(why: Sequence[str], at: datetime) -> dict[str, Any]:
    """The Home of somebody who may not look: what this is, why not, and what they can do.

    It tells no commands: they would be refused.
    """
    why_words = _said(why)
    again = [button("Refresh", REFRESH_HOME, ListValue(view=ListView()))]
    return _home(
        [
            header("Callwarden"),
            paragraph(WHAT),
            *([section(why_words)] if why_words else []),
            *actions(again, f"{stamp(at)}.home"),
        ]
    )


def kept_view(why: Sequence[str], before: Sequence[Block]) -> dict[str, Any]:
    """The Home as it was drawn before, with why it is not drawn anew on top."""
    kept = [block for block in before if block.get("block_id") != NOT_NOW]
    return _home([section(_said(why), block_id=NOT_NOW), *kept])


def plain_view(view: dict[str, Any], command: str) -> dict[str, Any]:
    """Where Slack refuses the blocks of `view`: its paragraphs alone."""
    kept = [block for block in view["blocks"] if block["type"] in {"header", "section"}]
    bare = [{name: block[name] for name in ("type", "text")} for block in kept]
    return _home([*bare, _help(command)])


def _home(blocks: list[Block]) -> dict[str, Any]:
    return {"type": "home", "callback_id": "home", "blocks": blocks[:MAX_BLOCKS]}


def _outages(words: Sequence[str]) -> list[Block]:
    """Each channel that takes no messages; one press tries all of them."""
    value = ListValue(view=ListView())
    tried = actions([button("Try now", TRY_CHANNELS, value)]) if words else []
    return [*map(section, words), *tried]


def _said(why: Sequence[str]) -> str:
    return lines([say(words, MAX_SAID) for words in why if words], MAX_TEXT)


def _place(place: VendorAccess) -> str:
    vendor = place.vendor.label
    if not place.anything:
        return f"• {vendor}: view only. No actions are available there."
    if not place.verbs:
        return f"• {vendor}: view only. To act you need the role moderator."
    labels = ", ".join(VERBS[name].label for name in place.verbs)
    return f"• {vendor}, as {place.role.word}: {labels}"


def _calls(content: HomeContent) -> list[Block]:
    if isinstance(content.calls, Message):
        return [header("Live calls"), *content.calls.blocks]
    number = len(content.calls.calls)
    more = f"The first {PAGE_SIZE}; “All live calls” shows the others."
    return [
        header(headline(content.calls, ListView())),
        *live_blocks(content.calls, content.capabilities),
        *([context(more)] if number > PAGE_SIZE else []),
    ]


def _cases(cases: tuple[Case, ...] | Message, mark: str) -> list[Block]:
    if isinstance(cases, Message):
        return [header("Your latest cases"), *cases.blocks]
    if not cases:
        return []
    rows = [_case(case, f"{mark}.case.{case.number}") for case in cases[:CASES]]
    return [header("Your latest cases"), *rows]


def _case(case: Case, block_id: str) -> Block:
    opened = button("Open", f"{CASE}#home", CaseValue(number=case.number))
    return section(case_line(case), accessory=opened, block_id=block_id)


def _help(command: str) -> Block:
    return paragraph(
        (
            "*How to*",
            f"`{command}` in a channel lists what is live; `{command} help` says what else works.",
            "The buttons here do the same; what they answer opens in a window.",
        )
    )
