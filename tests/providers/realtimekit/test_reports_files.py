"""The files of a RealtimeKit call: which there are, until when, and whose links stay secret."""

from datetime import timedelta

import pytest

from bot.calls.models import Call
from bot.calls.reports import FileKind, Files
from bot.calls.verbs import RecordStart, RecordStop, RtmpStart, RtmpStop, Summarise, Verb
from bot.demo.vendors import RealtimeKitServer
from bot.demo.vendors.realtimekit.state import RoomRecording
from bot.errors import VendorDenied
from bot.providers.realtimekit.provider import RealtimeKitProvider
from bot.providers.realtimekit.queries_recordings import MOST_DETAILS
from tests.fakes.clock import START, ManualClock
from tests.providers.realtimekit_setup import (
    BEN,
    EndlessPages,
    StuckPages,
    answering,
    client,
    order,
)

RECORDINGS = frozenset({FileKind.RECORDING})
PAPERS = frozenset(FileKind) - RECORDINGS
WEEK = timedelta(days=7)


async def do(provider: RealtimeKitProvider, call: Call, *verbs: Verb) -> None:
    for verb in verbs:
        await provider.acts.perform(order(verb, call))


def later(server: RealtimeKitServer, seconds: float) -> None:
    assert isinstance(server.clock, ManualClock)
    server.clock.advance(seconds)


def next_session(server: RealtimeKitServer, call: Call) -> None:
    """Everybody goes, the session ends, and Ben begins another one."""
    for stay in server.rooms[call.ref.id].here():
        server.leave(call.ref.id, stay.visitor.id)
    later(server, 61)
    server.join(call.ref.id, BEN)


def many(server: RealtimeKitServer, call: Call, number: int) -> None:
    """So many finished recordings."""
    kept = [
        RoomRecording(f"r-{n}", "s", "file", START + timedelta(seconds=n), stopped_at=START)
        for n in range(number)
    ]
    server.rooms[call.ref.id].recordings.extend(kept)


async def test_a_recording_comes_with_its_link_times_and_the_end_of_the_link(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await do(provider, call, RecordStart())
    later(server, 90)
    await do(provider, call, RecordStop())
    later(server, 10)
    found = await provider.reports.files(call.ref, RECORDINGS)
    (one,) = found.files
    assert one.url is not None
    assert "Signature=" in one.url.get_secret_value()
    assert one.started_at == START + timedelta(seconds=2)
    assert one.ended_at == START + timedelta(seconds=90)
    assert one.expires_at == one.ended_at + WEEK
    assert (one.session, one.state, one.deletable) == (call.ref.session, None, False)
    assert one.name.endswith(".mp4")
    assert "Signature" not in f"{found!r} {found}"


async def test_a_recording_not_ready_yet_says_its_state_and_has_no_link(
    provider: RealtimeKitProvider, call: Call
) -> None:
    await do(provider, call, RecordStart())
    (one,) = (await provider.reports.files(call.ref, RECORDINGS)).files
    assert (one.state, one.url, one.started_at) == ("INVOKED", None, START)


async def test_recordings_are_of_every_session_newest_first_without_what_was_only_sent_out(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await do(provider, call, RtmpStart(to="tube"), RecordStart())
    next_session(server, call)
    now = await provider.get(call.ref.id)
    await do(provider, now, RecordStart())
    found = (await provider.reports.files(now.ref, RECORDINGS)).files
    assert [file.session for file in found] == [now.ref.session, call.ref.session]
    later(server, 60)
    await do(provider, now, RecordStop(), RtmpStart(to="tube"))
    later(server, 60)
    await do(provider, now, RtmpStop(to="tube"))
    later(server, 60)
    assert len((await provider.reports.files(now.ref, RECORDINGS)).files) == 4


async def test_an_ended_session_leaves_a_transcript_and_a_chat_log_for_a_week(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    assert (await provider.reports.files(call.ref, PAPERS)).files == ()
    next_session(server, call)
    papers = (await provider.reports.files(call.ref, PAPERS)).files
    assert {file.kind for file in papers} == {FileKind.TRANSCRIPT, FileKind.CHAT}
    for paper in papers:
        assert (paper.session, paper.started_at) == (call.ref.session, START)
        assert paper.ended_at == START + timedelta(seconds=60)
        assert paper.expires_at == paper.ended_at + WEEK
        assert paper.url is not None
        assert str(paper.kind).split()[0] in paper.url.get_secret_value()
    later(server, WEEK.total_seconds())
    assert (await provider.reports.files(call.ref, PAPERS)).files == ()


async def test_a_summary_is_there_once_it_was_asked_for_and_made(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await do(provider, call, Summarise())
    later(server, 5)
    (one,) = (await provider.reports.files(call.ref, frozenset({FileKind.SUMMARY}))).files
    assert (one.kind, one.session) == (FileKind.SUMMARY, call.ref.session)
    assert one.expires_at == START + WEEK


async def test_a_paper_without_an_address_yet_is_left_out(call: Call) -> None:
    session = {"id": "s", "associated_id": call.ref.id}
    waiting = answering({"data": {"sessions": [session], "chat_download_url": ""}})
    assert await waiting.reports.files(call.ref, frozenset({FileKind.CHAT})) == Files(files=())
    await waiting.aclose()


async def test_only_what_is_wanted_is_asked_for(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    before = len(server.requests)
    await provider.reports.files(call.ref, RECORDINGS)
    assert [request.path.rsplit("/")[-1] for request in server.requests[before:]] == ["recordings"]
    before = len(server.requests)
    await provider.reports.files(call.ref, frozenset({FileKind.CHAT}))
    assert [request.path.rsplit("/")[-1] for request in server.requests[before:]] == [
        "sessions",
        "chat",
    ]


async def test_only_the_latest_sessions_are_asked_and_that_is_said(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    for _ in range(4):
        next_session(server, call)
    found = await provider.reports.files(call.ref, frozenset({FileKind.TRANSCRIPT}))
    assert len(found.files) == 2
    assert found.missing == ("Sessions before the latest 3 were not asked for.",)
    assert found.files[0].ended_at is not None
    assert found.files[1].ended_at is not None
    assert found.files[0].ended_at > found.files[1].ended_at


async def test_a_paper_that_cannot_be_read_is_said_beside_the_others(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    next_session(server, call)
    server.faults.nulls("transcript_download_url", on="/transcript", times=None)
    found = await provider.reports.files(call.ref, PAPERS)
    assert [file.kind for file in found.files] == [FileKind.CHAT]
    assert found.missing == (
        "A transcript could not be read: RealtimeKit sent an answer that cannot be read.",
    )


async def test_recordings_that_are_not_read_for_their_number_are_said(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    many(server, call, 201)
    found = await provider.reports.files(call.ref, RECORDINGS)
    assert len(found.files) == 200
    assert found.missing == ("Recordings older than the newest 200 were not read.",)


@pytest.mark.parametrize("broken", [StuckPages, EndlessPages])
async def test_pages_that_repeat_or_never_end_cost_a_few_requests_only(
    server: RealtimeKitServer, call: Call, broken: type[StuckPages | EndlessPages]
) -> None:
    many(server, call, 120)
    odd = client(server, transport=broken(server.app))
    before = len(server.requests)
    found = await odd.reports.files(call.ref, RECORDINGS)
    assert len({file.started_at for file in found.files}) == len(found.files)
    lists = [
        request for request in server.requests[before:] if request.path.endswith("/recordings")
    ]
    assert len(lists) <= 4
    assert len(server.requests) - before <= len(lists) + MOST_DETAILS
    assert found.missing or len(found.files) == 120
    await odd.aclose()


async def test_a_wrong_key_hands_out_nothing(server: RealtimeKitServer, call: Call) -> None:
    stranger = client(server, token="wrong-token")
    for kinds in (RECORDINGS, PAPERS):
        with pytest.raises(VendorDenied):
            await stranger.reports.files(call.ref, kinds)
    await stranger.aclose()
