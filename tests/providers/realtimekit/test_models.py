"""Whatever RealtimeKit's bytes say, the decoders give a page, an error's words, or garbled."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.calls.acts import Act
from bot.calls.models import CallRef, Page, RecordingState, Vendor
from bot.calls.reports import FileKind
from bot.calls.verbs import End
from bot.errors import VendorGarbled
from bot.providers.http.answers import VendorProblem
from bot.providers.realtimekit.models import (
    MeetingRecording,
    Paging,
    next_page,
    output_prefix,
    problem,
    recording_state,
)
from bot.providers.realtimekit.provider import RealtimeKitProvider
from tests.providers.realtimekit_setup import answering

FIELDS = [
    "success",
    "data",
    "paging",
    "sessions",
    "participants",
    "id",
    "associated_id",
    "live_participants",
    "started_at",
    "user_id",
    "left_at",
    "total_count",
    "end_offset",
]
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5)
    ),
    max_leaves=10,
)
one_item = st.dictionaries(st.sampled_from(FIELDS), any_json) | st.fixed_dictionaries(
    {"id": st.text(), "associated_id": st.text(), "user_id": st.text(min_size=1)},
    optional={"live_participants": any_json, "started_at": any_json, "left_at": any_json},
)
almost = st.builds(
    lambda items, paging: {"data": {"sessions": items, "participants": items}, "paging": paging},
    st.lists(one_item, max_size=3),
    any_json,
)


@given(any_json | almost)
async def test_any_json_is_a_page_of_calls_and_of_people_or_garbled(body: object) -> None:
    provider = answering(body)
    ref = CallRef(vendor=Vendor.REALTIMEKIT, id="m", session="s")
    for read in (provider.list_live(limit=2), provider.participants(ref, limit=2)):
        try:
            assert isinstance(await read, Page)
        except VendorGarbled as error:
            assert str(error) == "RealtimeKit sent an answer that cannot be read."  # noqa: PT017 - either is right
    await provider.aclose()


REF = CallRef(vendor=Vendor.REALTIMEKIT, id="m", session="s")
READS: dict[str, Callable[[RealtimeKitProvider], Awaitable[BaseModel | Sequence[BaseModel]]]] = {
    "recordings": lambda provider: provider.reports.files(REF, frozenset({FileKind.RECORDING})),
    "transcripts": lambda provider: provider.reports.files(REF, frozenset({FileKind.TRANSCRIPT})),
    "summaries": lambda provider: provider.reports.files(REF, frozenset({FileKind.SUMMARY})),
    "chat logs": lambda provider: provider.reports.files(REF, frozenset({FileKind.CHAT})),
    "quality": lambda provider: provider.reports.quality(REF),
    "members": lambda provider: provider.reports.members(REF),
    "rooms": lambda provider: provider.reports.rooms(),
    "find": lambda provider: provider.find("ben"),
}


@given(any_json | almost | any_json.map(lambda inner: {"data": inner}))
async def test_any_json_is_something_to_look_at_or_garbled(body: object) -> None:
    for name, read in READS.items():
        note(name)
        provider = answering(body)
        with suppress(VendorGarbled):
            assert isinstance(await read(provider), BaseModel | Sequence)
        await provider.aclose()


figures = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just([])
)


@given(
    st.dictionaries(st.sampled_from(["packets_lost", "packets_sent"]), figures, max_size=2),
    figures,
    figures,
    figures,
)
async def test_whatever_a_report_counts_the_result_is_within_its_scale(
    sample: dict[str, object], mos: object, loss: object, delay: object
) -> None:
    """One body answers both questions: who is there, and how their connection does."""
    summed = {
        "quality_mos": {"avg": mos},
        "packet_loss": {"5_or_greater_event_fraction": loss},
        "rtt": {"250ms_or_greater_event_fraction": delay},
    }
    quality = {"audio_producer": [sample], "audio_producer_cumulative": summed}
    provider = answering(
        {
            "data": {
                "participants": [{"id": "p", "user_id": "u"}],
                "participant": {"peer_report": {"quality": quality}},
            }
        }
    )
    (one,) = (await provider.reports.quality(REF)).people
    assert one.score is None or 0 <= one.score <= 100
    assert one.lost_percent is None or 0 <= one.lost_percent <= 100
    assert one.bad is bool(one.why)
    await provider.aclose()


@given(st.binary())
def test_any_bytes_are_a_problem_with_words(body: bytes) -> None:
    assert isinstance(problem(body), VendorProblem)


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        (b'{"success":false,"error":{"code":404,"message":"gone"}}', VendorProblem("404", "gone")),
        (
            b'{"success":false,"errors":[{"code":10000,"message":"no"}]}',
            VendorProblem("10000", "no", denied=True),
        ),
        (b'{"success":false,"errors":[]}', VendorProblem(None, "")),
        (b"<html>", VendorProblem(None, "")),
    ],
)
def test_both_shapes_of_an_error_are_read(body: bytes, meant: VendorProblem) -> None:
    assert problem(body) == meant


@pytest.mark.parametrize(
    ("got", "paging", "cursor"),
    [
        (10, None, "4"),
        (9, None, None),
        (10, Paging(total_count=30, end_offset=30), None),
        (10, Paging(total_count=31, end_offset=30), "4"),
        (10, Paging(total_count=31), "4"),
        (5, Paging(total_count=31, end_offset=15), "4"),
        (0, Paging(total_count=31, end_offset=15), None),
    ],
)
def test_a_page_is_the_last_where_the_total_says_so_or_else_when_it_is_short(
    got: int, paging: Paging | None, cursor: str | None
) -> None:
    assert next_page(3, 10, got, paging) == cursor


@given(st.from_regex(r"\A[A-Za-z0-9_-]{1,64}\Z"), st.text())
def test_the_name_of_an_output_is_read_back_from_its_file(name: str, rest: str) -> None:
    file = f"{output_prefix(name)}{rest}"
    assert MeetingRecording(id="r", output_file_name=file).output == name


def test_a_recording_runs_unless_all_are_paused() -> None:
    runs, waits = (
        MeetingRecording(id="r", status="INVOKED"),
        MeetingRecording(id="p", status="PAUSED"),
    )
    assert recording_state([]) is RecordingState.OFF
    assert recording_state([waits]) is RecordingState.PAUSED
    assert recording_state([waits, runs]) is RecordingState.ON


@pytest.mark.parametrize("body", [{"success": False}, {"success": None}, {}, [], None])
async def test_an_act_without_a_definite_yes_is_in_doubt(body: object) -> None:
    provider = answering(body)
    ref = CallRef(vendor=Vendor.REALTIMEKIT, id="m")
    with pytest.raises(VendorGarbled):
        await provider.acts.perform(Act(verb=End(), call=ref, title="Clinic"))
    await provider.aclose()
