"""What commands print on the terminal: tables, and results in words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bars
from rich.table import Table

from bot.calls.capabilities import Capability, Enforcement
from bot.calls.models import Vendor
from bot.calls.verbs import VERBS
from bot.cli_console import console
from bot.digest_delivery.dispatcher import SendResult
from bot.digests.digest import Gap
from bot.doctor.findings import Finding, Severity
from bot.errors import CallwardenError
from bot.printable import one_line
from bot.usage_import.day_writer import Progress, ReportProgress

TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: the same may work later."""

STYLES = {
    Enforcement.ENFORCED: "green",
    Enforcement.BEST_EFFORT: "yellow",
    Enforcement.IMPOSSIBLE: "dim",
}


def capability_table(vendors: Mapping[Vendor, Mapping[str, Capability]]) -> Table:
    """Every verb against every vendor: how far it carries, why, and what comes nearest."""
    table = Table(title="What each vendor lets a moderator do", show_lines=True)
    table.add_column("", style="bold", overflow="fold")
    for vendor in vendors:
        table.add_column(vendor.label, overflow="fold")
    for name, verb in VERBS.items():
        table.add_row(verb.label, *(_cell(capabilities[name]) for capabilities in vendors.values()))
    return table


def _cell(capability: Capability) -> str:
    style = STYLES[capability.level]
    lines = [f"[{style}]{capability.level}[/]"]
    if capability.why:
        lines.append(escape(capability.why))
    if capability.instead:
        lines.append(f"Nearest: {VERBS[capability.instead].label}")
    return "\n".join(lines)


SIGNS = {Severity.GOOD: "✓", Severity.NOTE: "·", Severity.WARNING: "!", Severity.BAD: "✗"}


def findings_text(findings: Sequence[Finding]) -> str:
    """A line for each finding, below it what mends it, and in the last line how many there are."""
    width = max((len(item.about) for item in findings), default=0)
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{SIGNS[finding.sign]} {finding.about:<{width}}  {one_line(finding.says)}")
        if finding.mend:
            lines.append(f"  {'':<{width}}  → {one_line(finding.mend)}")
    return "\n".join([*lines, "", _summary(findings)])


def findings_as_json(findings: Sequence[Finding]) -> str:
    """The findings as a JSON list."""
    return json.dumps([finding.model_dump(mode="json") for finding in findings], indent=2)


def _summary(findings: Sequence[Finding]) -> str:
    wrong = sum(finding.sign is Severity.BAD for finding in findings)
    doubtful = sum(finding.sign is Severity.WARNING for finding in findings)
    if not wrong and not doubtful:
        return "Nothing has to be mended."
    warnings = f"{doubtful} warning{'' if doubtful == 1 else 's'}"
    return f"{wrong} to be mended, {warnings}."


def chain_words(entries: int, last: str) -> str:
    """The sentence for an audit chain that was verified to its end; `last` is the last hash."""
    return f"{entries} entries, unbroken. Last hash: {last}"


def unread_log_words(error: CallwardenError) -> str:
    """The sentence for an audit log that could not be read, and what to do about it."""
    says = f"The audit log could not be checked, which says nothing about it. {error}"
    return f"{says}\n{error.next_step}".rstrip()


def send_result_words(result: SendResult) -> tuple[str, int]:
    """What became of an attempt to send a digest, in words and as an exit code."""
    return {
        SendResult.POSTED: ("Posted.", 0),
        SendResult.TAKEN: ("It is posted already, or another process is about to post it.", 0),
        SendResult.LATER: ("Slack did not take it. Try again in a minute.", TRY_AGAIN),
        SendResult.REFUSED: (
            "Slack refuses this digest itself, as the log says. The next one is sent as planned.",
            1,
        ),
        SendResult.LOST: (
            "Its channel cannot be written to. It is paused, and its owner is told.",
            1,
        ),
    }[result]


def gaps_text(gaps: Sequence[Gap]) -> str:
    """What could not be read, a line for each vendor."""
    if not gaps:
        return "Everything is read."
    return "\n".join(
        [*(f"{gap.vendor.label}: {one_line(gap.why)}" for gap in gaps), "Run it again to go on."]
    )


@contextmanager
def reading_bars() -> Iterator[ReportProgress]:
    """Yield a function that shows progress as a bar for each vendor, on standard error."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days"),
    )
    with Bars(*columns, console=console(stderr=True)) as bars:
        begun: dict[Vendor, TaskID] = {}

        def tell(progress: Progress) -> None:
            if progress.vendor not in begun:
                begun[progress.vendor] = bars.add_task(progress.vendor.label, total=progress.of)
            bars.update(begun[progress.vendor], completed=progress.done, total=progress.of)

        yield tell
