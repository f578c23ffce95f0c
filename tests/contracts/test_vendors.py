"""The clients ask as the vendors document, and understand what is documented to come back.

Every verb and report that a client can do is driven; see `drive.py`. `make contracts` lists what is
used.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from bot.calls.capabilities import Capability
from bot.calls.models import Vendor
from bot.calls.outcomes import Receipt
from bot.calls.reports import REPORTS
from bot.calls.verbs import VERBS
from bot.errors import (
    Ambiguous,
    NotAtVendor,
    VendorBusy,
    VendorDenied,
    VendorError,
    VendorFault,
    VendorGarbled,
    VendorRefused,
)
from tests.contracts.answers import refusal
from tests.contracts.contract import HERE, METHODS, Operation, load
from tests.contracts.drive import ACTS, Answering, Trip, client, operations, travel
from tests.contracts.listing import as_document, found, lines, rows, shown, uses, wrong
from tests.contracts.stories import CALLS

TYPED: dict[int, type[VendorError]] = {
    400: VendorRefused,
    401: VendorDenied,
    403: VendorDenied,
    404: NotAtVendor,
    429: VendorBusy,
    500: VendorFault,
}
"""What each documented error status is for the bot."""

OUTSIDE: frozenset[str] = frozenset()
"""Requests that no document here describes, by method and path: none."""

LISTING = {
    Vendor.STREAM: "QueryCalls",
    Vendor.REALTIMEKIT: "sessions.get_sessions",
    Vendor.COMETCHAT: "list-calls",
}
"""What lists the live calls."""


def _named(vendor: Vendor, name: str) -> Operation:
    return next(operation for operation in operations(vendor) if operation.name == name)


def _statuses() -> list[tuple[Vendor, str, int]]:
    """Every operation with each error that is documented for it."""
    return [
        (vendor, operation.name, status)
        for vendor in Vendor
        for operation in operations(vendor)
        for status in sorted(operation.answers())
        if status >= 400
    ]


@pytest.fixture(scope="module", autouse=True)
def driven() -> None:
    """Every client is driven before a test's own loop runs: within one, no other can be run."""
    for vendor in Vendor:
        found(vendor)


@pytest.fixture(params=list(Vendor))
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return Vendor(request.param)


def test_every_request_is_as_documented(vendor: Vendor) -> None:
    asked = [order for trip in found(vendor) for order in trip.asked]
    assert asked
    outside = {order.what for order in asked if order.operation is None}
    assert outside == OUTSIDE
    assert wrong(vendor) == []


def test_every_verb_and_report_that_is_possible_comes_to_its_end(vendor: Vendor) -> None:
    provider = client(vendor, Answering(vendor, {}, {}))
    verbs = {" ".join(VERBS[name].words) for name in _possible(provider.capabilities)}
    reports = set(_possible(provider.reports.capabilities))
    ended = {trip.words for trip in found(vendor) if not trip.failed}
    assert verbs | reports | {"list", "show", "find", "doctor", "digest"} == ended
    assert reports <= set(REPORTS)


def test_no_documented_answer_is_garbled(vendor: Vendor) -> None:
    garbled = [trip for trip in found(vendor) if isinstance(trip.end, VendorGarbled)]
    assert garbled == []


def test_an_act_that_ends_well_has_a_receipt(vendor: Vendor) -> None:
    acts = [trip for trip in found(vendor) if trip.words in ACTS and not trip.failed]
    assert acts
    assert all(isinstance(trip.end, Receipt) and trip.end.evidence for trip in acts)


def test_no_operation_is_kept_that_nothing_uses(vendor: Vendor) -> None:
    assert [operation.key for operation, words in uses(vendor).items() if not words] == []


def test_our_document_shows_every_operation_as_it_is() -> None:
    """When this fails because the bot got better, run `make docs`."""
    document = (HERE.parents[1] / "docs/vendors.md").read_text("utf-8")
    drawn = f"<!-- drawn: operations -->\n\n{as_document()}\n\n<!-- end -->"
    assert drawn in document


def test_every_operation_of_the_documents_is_reached_or_says_why_not(vendor: Vendor) -> None:
    every = rows(vendor)
    assert [row.does for row in every if bool(row.words) == bool(row.why)] == []
    listed = [row.does for row in every]
    assert len(listed) == len(set(listed))
    assert {operation.key for operation in operations(vendor)} <= set(listed)


def test_no_schema_is_kept_that_nothing_refers_to(vendor: Vendor) -> None:
    for root in (_document(f"{vendor}.json"), _document("pages.json")[vendor]):
        text = json.dumps(root)
        for kind in ("schemas", "responses"):
            kept = root["components"].get(kind, {})
            assert [name for name in kept if f'"#/components/{kind}/{name}"' not in text] == []


def test_every_document_says_where_it_is_served_and_how_it_fails(vendor: Vendor) -> None:
    for operation in load(vendor):
        assert operation.servers
        assert min(operation.answers()) < 300 <= max(operation.answers())
        assert operation.method.lower() in METHODS


@pytest.mark.parametrize(("vendor", "name", "status"), _statuses())
async def test_a_documented_error_is_one_of_ours(vendor: Vendor, name: str, status: int) -> None:
    """What asks for nothing else ends with its type; a doubt is allowed for what does."""
    operation = _named(vendor, name)
    trip = _shortest(vendor, operation)
    refusing = {**trip.refused, operation.key: status}
    ended = await travel(vendor, trip.words, trip.run, trip.world, refusing)
    asked = [order.operation.key for order in ended.asked if order.operation]
    assert operation.key in asked
    if set(asked) == {operation.key}:
        assert isinstance(ended.end, TYPED[status])
    elif isinstance(ended.end, VendorError):
        assert isinstance(ended.end, (TYPED[status], Ambiguous))


@pytest.mark.parametrize(
    ("vendor", "status"),
    [(vendor, status) for vendor, name, status in _statuses() if name == LISTING[vendor]],
)
async def test_code_and_words_of_a_documented_error_are_read(vendor: Vendor, status: int) -> None:
    listing = _named(vendor, LISTING[vendor])
    trip = _shortest(vendor, listing)
    ended = await travel(vendor, "list", trip.run, trip.world, {listing.key: status})
    if isinstance(ended.end, VendorBusy):
        assert ended.end.retry_after == 60
    elif isinstance(ended.end, VendorRefused):
        code, message = _said(json.loads(refusal(listing, status)))
        assert ended.end.code == str(code)
        assert message in str(ended.end)
    else:
        assert isinstance(ended.end, VendorFault)


async def test_a_whole_documented_call_is_read_as_it_stands() -> None:
    """CometChat's page shows one; the answers of the other tests are made."""
    one = _named(Vendor.COMETCHAT, "retrieve-call-details")
    example = one.answers()[200]["content"]["application/json"]["example"]
    provider = client(Vendor.COMETCHAT, Answering(Vendor.COMETCHAT, {one.name: example}, {}))
    call = await provider.get(CALLS[Vendor.COMETCHAT])
    (person,) = (await provider.participants(call.ref, limit=10)).items
    await provider.aclose()
    assert (call.people, call.title, person.id) == (1, "support-room", "user-2")


def test_the_list_for_the_terminal_names_every_operation_once() -> None:
    text = "\n".join(lines())
    for vendor in Vendor:
        assert f"{vendor.label}: {len(operations(vendor))} operations" in text
        for operation in operations(vendor):
            assert f" {operation.key} " in text


def test_many_acts_that_read_an_operation_are_counted() -> None:
    assert shown(("show", "mute", "kick", "block", "end")) == "`show`; read for 4 acts"
    assert shown(("mute", "kick", "block", "end")) == "`mute`, `kick`, `block`, `end`"


def _document(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((HERE / name).read_text("utf-8"))
    return read


def _possible(table: Mapping[str, Capability]) -> list[str]:
    return [name for name, capability in table.items() if capability.possible]


def _shortest(vendor: Vendor, operation: Operation) -> Trip:
    """What asks for this operation and the least besides."""
    asking = [
        trip
        for trip in found(vendor)
        if operation.key not in trip.refused
        and operation in {order.operation for order in trip.asked}
    ]
    return min(asking, key=_detours)


def _detours(trip: Trip) -> tuple[int, int, str]:
    return len(trip.refused), len({order.operation for order in trip.asked}), trip.words


def _said(body: dict[str, Any]) -> tuple[object, str]:
    """Code and message of whichever of the documented envelopes this is."""
    error = body.get("error") or next(iter(body.get("errors", ())), body)
    return error["code"], error["message"]
