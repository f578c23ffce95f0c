"""Tables and lines for the terminal."""

from collections.abc import Mapping

from rich.markup import escape
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
        lines.append(escape(capability.why))
    if capability.instead:
        lines.append(f"Nearest: {VERBS[capability.instead].label}")
    return "\n".join(lines)


def unbroken(entries: int, last: str) -> str:
    """What is said of an audit chain that was walked to its end; `last` is the last hash."""
    return f"{entries} entries, unbroken. Last hash: {last}"
