"""What a form offers is what is known or told in time, and a silent vendor holds nothing up."""

from collections.abc import Sequence

import pytest

from bot.calls.acts import Person
from bot.calls.models import CallRef, Page
from bot.calls.recordings import RunningRecording
from bot.calls.verbs import Kick, Listed, Unblock
from bot.errors import VendorUnreachable
from tests.fakes.provider import FakeReports, names
from tests.moderation.harness import Harness

SECONDS = 30.0
"""Longer than anything here takes."""


def silence(harness: Harness) -> None:
    harness.vendor.silent = VendorUnreachable("It cannot be reached.", vendor="stream")


class SilentReports(FakeReports):
    """Reports of a vendor that does not answer."""

    async def recordings_running(self, call: CallRef) -> Sequence[RunningRecording]:
        raise VendorUnreachable("It cannot be reached.", vendor=call.vendor)


async def test_all_live_calls_are_read_once_while_they_are_believed(harness: Harness) -> None:
    forms = harness.service.forms
    first = await forms.read_calls(SECONDS)
    assert (first.troubles, first.none_live) == ((), False)
    assert [call.ref for call in forms.indexed_calls()] == [harness.room]
    before = harness.vendor.requests
    assert await forms.read_calls(SECONDS) == first
    assert harness.vendor.requests == before
    harness.clock.advance(60)
    del harness.vendor.calls[harness.room.id]
    await forms.read_calls(SECONDS)  # answered with what is known, and read anew meanwhile
    await harness.done()
    assert (await forms.read_calls(SECONDS)).none_live


async def test_people_come_from_what_is_known_else_from_the_vendor_else_nobody(
    harness: Harness,
) -> None:
    forms = harness.service.forms
    silence(harness)
    assert (await forms.people_soon(harness.room, SECONDS)).people == ()
    harness.vendor.silent = None
    found = await forms.people_soon(harness.room, SECONDS)
    assert names(found.people) == ["ann", "bob", "cem"]
    silence(harness)
    assert await forms.people_soon(harness.room, SECONDS) is found


async def test_no_recording_is_offered_where_the_vendor_does_not_answer(harness: Harness) -> None:
    assert await harness.service.forms.running_recordings(harness.room, SECONDS) == ()
    harness.vendor.reports = SilentReports(harness.vendor)
    assert await harness.service.forms.running_recordings(harness.room, SECONDS) == ()


async def test_whom_a_verb_can_be_aimed_at_is_read_before_somebody_types(harness: Harness) -> None:
    forms, call = harness.service.forms, await harness.service.forms.get_call(harness.room)
    await forms.preload(Kick, call)
    known = forms.known_people(harness.room)
    assert known is not None
    assert names(known.people) == ["ann", "bob", "cem"]
    before = harness.vendor.requests
    await forms.preload(None, call)
    assert harness.vendor.requests == before
    harness.vendor.rosters[harness.room.id, Listed.BLOCKED] = Page(items=(Person(id="zed"),))
    harness.vendor.reports.lists = frozenset({Listed.BLOCKED})
    await forms.preload(Unblock, call)
    roster = await forms.recent_roster(harness.room, Listed.BLOCKED)
    assert [person.id for person in roster.people] == ["zed"]


@pytest.mark.parametrize("with_people", [False, True])
async def test_a_call_is_as_the_vendor_says_or_gone_or_not_known(
    harness: Harness, *, with_people: bool
) -> None:
    forms = harness.service.forms

    async def current(ref: CallRef) -> tuple[bool, bool, int | None]:
        now = await forms.current(ref, with_people=with_people, seconds=SECONDS)
        return now.call is not None, now.gone, None if now.people is None else len(now.people)

    none = harness.room.model_copy(update={"id": "default:none"})
    harness.vendor.people[none.id] = []
    assert await current(harness.room) == (True, False, 3 if with_people else None)
    assert await current(none) == (False, True, 0 if with_people else None)
    silence(harness)
    assert await current(harness.room) == (False, False, 3 if with_people else None)
