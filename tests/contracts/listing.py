"""Which operations of the vendors are reached, by what words: for the terminal and the documents.

`operations.json` names every operation of the vendors' documents, and for each that is not reached,
why.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from bot.calls.models import Vendor
from tests.contracts.contract import HERE, Operation
from tests.contracts.drive import ACTS, Trip, everything, operations

MOST_ACTS = 3
"""More acts than this that read an operation are counted, not named."""


class Row(NamedTuple):
    """An operation of a vendor's document; `words` reach it in Slack, or `why` not."""

    name: str
    does: str
    words: tuple[str, ...]
    why: str


@cache
def found(vendor: Vendor) -> tuple[Trip, ...]:
    """Everything a client can do, driven once."""
    return tuple(everything(vendor))


def uses(vendor: Vendor) -> dict[Operation, tuple[str, ...]]:
    """The operations that are kept here, with the words that reach each."""
    words: dict[str, dict[str, None]] = {}
    for trip in found(vendor):
        for asked in trip.asked:
            if asked.operation:
                words.setdefault(asked.operation.key, {})[trip.words] = None
    return {operation: tuple(words.get(operation.key, ())) for operation in operations(vendor)}


def rows(vendor: Vendor) -> list[Row]:
    """Every operation of the vendor's documents."""
    reached = {operation.key: words for operation, words in uses(vendor).items()}
    told = json.loads((HERE / "operations.json").read_text("utf-8"))[vendor]
    return [
        Row(page["name"], page["does"], reached.get(page["does"], ()), page.get("why", ""))
        for page in told
    ]


def shown(words: tuple[str, ...]) -> str:
    """The words in Slack; many acts that only read an operation are counted."""
    reports = [word for word in words if word not in ACTS]
    acts = [word for word in words if word in ACTS]
    if reports and len(acts) > MOST_ACTS:
        return f"{_ticked(reports)}; read for {len(acts)} acts"
    return _ticked([*reports, *acts])


def _ticked(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def as_document() -> str:
    """The tables of docs/vendors.md, a vendor after the other."""
    return "\n\n".join("\n".join(_table(vendor)) for vendor in Vendor)


def _table(vendor: Vendor) -> Iterator[str]:
    every = rows(vendor)
    reached = sum(bool(row.words) for row in every)
    yield f"**{vendor.label}**: {reached} of {len(every)} are reached."
    yield ""
    yield "| operation | in Slack, or why not |"
    yield "|---|---|"
    for row in every:
        yield f"| {row.name}<br>`{row.does}` | {shown(row.words) or row.why} |"


def wrong(vendor: Vendor) -> list[str]:
    """What the requests of a client have that the documents do not, each once."""
    every = (fault for trip in found(vendor) for asked in trip.asked for fault in asked.faults)
    return list(dict.fromkeys(every))


def lines() -> Iterator[str]:
    """For the terminal: every operation that is used, by what, and where it is described."""
    for vendor in Vendor:
        used = uses(vendor)
        requests = sum(len(trip.asked) for trip in found(vendor))
        yield f"{vendor.label}: {len(used)} operations, {requests} requests"
        for operation, words in used.items():
            yield f"  {operation.source:8} {operation.key}  {', '.join(words)}"
        yield from (f"  not documented: {fault}" for fault in wrong(vendor))
        yield ""
