"""How connections do, from RealtimeKit's peer reports: what is read, judged and left unread."""

import pytest

from bot.calls.models import Call
from bot.demo.vendors import RealtimeKitServer, Visitor
from bot.demo.vendors.realtimekit.state import ConnectionQuality
from bot.errors import NotAtVendor
from bot.providers.realtimekit.provider import RealtimeKitProvider
from tests.fakes.clock import ManualClock
from tests.providers.realtimekit_setup import ADA, BEN


def strain(server: RealtimeKitServer, call: Call, person: str, network: ConnectionQuality) -> None:
    server.rooms[call.ref.id].networks[person] = network


async def test_a_good_connection_has_a_score_of_a_hundred_and_is_not_bad(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    strain(server, call, "ben", ConnectionQuality(mos=5.0, lost=20))
    quality = await provider.reports.quality(call.ref)
    ada, ben = quality.people
    assert (ada.person.custom_id, ada.score, ada.bad, ada.why) == ("ada", 85.0, False, "")
    assert (ben.person.name, ben.score, ben.lost_percent) == ("Ben", 100.0, 2.0)
    assert (quality.score, quality.note) == (None, "")


@pytest.mark.parametrize(
    ("network", "why"),
    [
        (ConnectionQuality(mos=2.9), "score 2.9 of 5"),
        (ConnectionQuality(lossy=0.25), "5 % loss or more in 25% of measurements"),
        (ConnectionQuality(slow=0.4), "250 ms or more in 40% of measurements"),
        (
            ConnectionQuality(mos=1, slow=1),
            "score 1.0 of 5; 250 ms or more in 100% of measurements",
        ),
    ],
)
async def test_the_worst_come_first_and_it_is_said_what_is_wrong(
    provider: RealtimeKitProvider,
    server: RealtimeKitServer,
    call: Call,
    network: ConnectionQuality,
    why: str,
) -> None:
    strain(server, call, "ben", network)
    ben, ada = (await provider.reports.quality(call.ref)).people
    assert (ben.person.custom_id, ben.bad, ben.why) == ("ben", True, why)
    assert not ada.bad


@pytest.mark.parametrize(
    "network",
    [ConnectionQuality(mos=3.0), ConnectionQuality(lossy=0.24), ConnectionQuality(slow=0.24)],
)
async def test_now_and_then_is_no_trouble(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call, network: ConnectionQuality
) -> None:
    strain(server, call, "ben", network)
    assert not any(person.bad for person in (await provider.reports.quality(call.ref)).people)


@pytest.mark.parametrize("nothing", [0.0, -1.0, 7.0])
async def test_a_score_outside_the_scale_means_that_nothing_was_measured(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call, nothing: float
) -> None:
    strain(server, call, "ben", ConnectionQuality(mos=nothing))
    ben = (await provider.reports.quality(call.ref)).people[-1]
    assert (ben.person.custom_id, ben.score, ben.bad) == ("ben", None, False)


async def test_a_peer_is_asked_for_by_peer_id_and_never_where_they_are(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    there = (await provider.participants(call.ref, limit=10)).items
    await provider.reports.quality(call.ref)
    asked = [request for request in server.requests if "/peer-report/" in request.path]
    assert {seen.path.rsplit("/")[-1] for seen in asked} == {person.presence for person in there}
    assert {seen.query for seen in asked} == {"filters=quality_stats"}


async def test_somebody_on_two_devices_is_shown_once_by_the_worse_one(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.join(call.ref.id, BEN)
    quality = await provider.reports.quality(call.ref)
    assert [person.person.custom_id for person in quality.people] == ["ada", "ben"]


async def test_of_three_hundred_people_twenty_five_are_read_and_that_is_said(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    for number in range(298):
        server.join(call.ref.id, Visitor(f"guest-{number}", f"Guest {number}"))
    quality = await provider.reports.quality(call.ref)
    assert len(quality.people) == 25
    assert quality.note == "Read: 25 of 300 connections."
    assert sum("/peer-report/" in request.path for request in server.requests) == 25


async def test_who_has_no_report_is_counted_and_not_judged(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.faults.error(404, on="/peer-report/")
    quality = await provider.reports.quality(call.ref)
    assert (len(quality.people), quality.note) == (1, "Without a report: 1.")
    server.faults.nulls("quality", on="/peer-report/", times=None)
    bare = await provider.reports.quality(call.ref)
    assert (bare.people, bare.note) == ((), "Without a report: 2.")


async def test_odd_figures_are_unknown_and_spoil_nothing(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.faults.nulls("quality_mos", "packets_sent", "rtt", on="/peer-report/", times=None)
    for person in (await provider.reports.quality(call.ref)).people:
        assert (person.score, person.lost_percent, person.latency_ms, person.bad) == (
            None,
            None,
            None,
            False,
        )


async def test_a_call_that_is_over_has_no_quality(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    for visitor in (ADA, BEN):
        server.leave(call.ref.id, visitor.id)
    assert (await provider.reports.quality(call.ref)).people == ()
    assert isinstance(server.clock, ManualClock)
    server.clock.advance(61)
    with pytest.raises(NotAtVendor):
        await provider.reports.quality(call.ref.model_copy(update={"session": None}))
