"""Tables and lines for the terminal and the documents."""

from collections.abc import Mapping

from rich.table import Table

from bot.calls.capabilities import Capability, Enforcement
from bot.calls.models import Vendor
from bot.calls.verbs import VERBS

STYLES = {
    Enforcement.ENFORCED: "green",
    Enforcement.BEST_EFFORT: "yellow",
    Enforcement.IMPOSSIBLE: "dim",
}


def capability_table(vendors: Mapping[Vendor, Mapping[str, Capability]]) -> Table:
    """Every verb against every vendor: how far it carries, why, and what comes nearest."""
    table = Table(title="What each vendor lets a moderator do", show_lines=True)
    table.add_column("", style="bold")
    for vendor in vendors:
        table.add_column(vendor.label)
    for name, verb in VERBS.items():
        table.add_row(verb.label, *(_cell(told[name]) for told in vendors.values()))
    return table


def _cell(capability: Capability) -> str:
    style = STYLES[capability.level]
    lines = [f"[{style}]{capability.level}[/]"]
    if capability.why:
        lines.append(capability.why)
    if capability.instead:
        lines.append(f"Nearest: {VERBS[capability.instead].label}")
    return "\n".join(lines)


def capability_markdown(vendors: Mapping[Vendor, Mapping[str, Capability]]) -> str:
    """The same as a Markdown table, without the reasons."""
    head = ["", *(vendor.label for vendor in vendors)]
    rows = [
        [verb.label, *(_short(told[name]) for told in vendors.values())]
        for name, verb in VERBS.items()
    ]
    lines = (f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))
    return "\n".join(lines)


def reasons_markdown(vendors: Mapping[Vendor, Mapping[str, Capability]]) -> str:
    """Every reason why a vendor does less than is asked, as Markdown lists; each reason once."""
    parts = []
    for vendor, told in vendors.items():
        lines = [f"**{vendor.label}**", ""]
        for why in dict.fromkeys(one.why for one in told.values() if one.why):
            lines.append(_reason(why, {name: one for name, one in told.items() if one.why == why}))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _reason(why: str, told: Mapping[str, Capability]) -> str:
    level = next(iter(told.values())).level
    labels = list(VERBS) == list(told) and "Everything" or ", ".join(VERBS[n].label for n in told)
    return f"- {labels}: {level}. {why}"


def _short(capability: Capability) -> str:
    nearest = f" (nearest: {VERBS[capability.instead].label})" if capability.instead else ""
    return f"{capability.level}{nearest}"


def unbroken(entries: int, last: str) -> str:
    """What is said of an audit chain that was walked to its end; `last` is the last hash."""
    return f"{entries} entries, unbroken. Last hash: {last}"
