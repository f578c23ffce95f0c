"""What each vendor lets a moderator do, and the nearest thing where it does not."""

from collections.abc import Mapping

from bot.calls.capabilities import Capability, Enforcement
from bot.calls.models import Vendor
from bot.calls.verbs import VERBS
from handlers.blocks.elements import header, paragraph, section, text_of
from handlers.blocks.message import Message
from handlers.blocks.text import mrkdwn

MARKS = {
    Enforcement.ENFORCED: "✅",
    Enforcement.BEST_EFFORT: "⚠️",
    Enforcement.IMPOSSIBLE: "⛔",
}
"""One sign for each level, explained below the table."""


def capabilities_message(
    tables: Mapping[Vendor, Mapping[str, Capability]], vendor: Vendor | None = None
) -> Message:
    """The table of one vendor with every reason, or of all of them in short."""
    shown = {listed: table for listed, table in tables.items() if vendor in (None, listed)}
    legend = " · ".join(f"{mark} {level.value}" for level, mark in MARKS.items())
    blocks = [header("What each vendor supports")]
    for listed, table in shown.items():
        rows = _in_full(table) if vendor else _in_short(table)
        blocks.append(paragraph([f"*{listed.label}*", *rows]))
    if not shown:
        blocks.append(section(_none(vendor)))
    else:
        blocks.append(section(legend))
    names = ", ".join(listed.label for listed in shown) or "no vendor"
    return Message(text_of(f"What can be done on {names}."), blocks)


def _in_short(table: Mapping[str, Capability]) -> list[str]:
    """The verbs of each level on one line."""
    rows = []
    for level, mark in MARKS.items():
        labels = [VERBS[name].label for name in VERBS if _is(table, name, level)]
        if labels:
            rows.append(f"{mark} {', '.join(labels)}")
    return rows


def _is(table: Mapping[str, Capability], name: str, level: Enforcement) -> bool:
    return name in table and table[name].level is level


def _in_full(table: Mapping[str, Capability]) -> list[str]:
    return [_row(name, table[name]) for name in VERBS if name in table]


def _row(name: str, capability: Capability) -> str:
    nearest = VERBS.get(capability.instead or "")
    words = [f"{MARKS[capability.level]} {VERBS[name].label}"]
    if capability.why:
        words.append(f": {mrkdwn(capability.why)}")
    if nearest:
        words.append(f" Nearest: {nearest.label}.")
    return "".join(words)


def _none(vendor: Vendor | None) -> str:
    name = vendor.label if vendor else "No vendor"
    return f"{name} is {'not ' if vendor else ''}connected. Ask an admin to set its credentials."
