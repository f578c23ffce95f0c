"""Protected people, seen from the keyboard: no words, no button and no form reaches past it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.calls.cases import Case, Event
from bot.calls.outcomes import State
from bot.demo.stage import Show, open_show
from bot.ports import AuditQuery
from handlers.blocks.forms.protected_field import INCLUDE
from tests.fakes.form_filler import FormFiller
from tests.fakes.moderator import TIMEOUT_S

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAUNCH = "stream:livestream:launch-show"
"""Siobhán is there, by her role an admin, with Jun and Dolores."""
DOCTOR = "telehealth-consult"
"""Vera is there, protected by her id, with Nkechi."""


@pytest_asyncio.fixture(loop_scope="module")
async def led(show_url: str, tmp_path: Path) -> AsyncIterator[Show]:
    """The world, where Leo is an admin too."""
    async with open_show(tmp_path, database_url=show_url, rules=None) as first:
        rules = first.stage.cast.rules()
    leads = next(line for line in rules.splitlines() if line.startswith("leads"))
    folder = tmp_path / "led"
    folder.mkdir()
    rules = rules.replace(leads, f"{leads}\n{leads.replace('leads', 'admins')}")
    async with open_show(folder, rules=rules) as opened:
        yield opened


def here(show: Show, call: str = LAUNCH) -> set[str]:
    """Who is in a call of Stream's, as the vendor has it."""
    room = show.stage.world.stream.rooms[call.removeprefix("stream:")]
    return {stay.visitor.id for stay in room.here()}


async def ended(show: Show) -> Case:
    """The newest case, once it is over."""

    async def over() -> Case | None:
        entries = await show.store.audit(AuditQuery(limit=20))
        number = max((entry.case or 0 for entry in entries), default=0)
        case = await show.store.case(number) if number else None
        return case if case is not None and not case.state.open else None

    await show.services.tasks.drain(TIMEOUT_S)
    case = await over()
    assert case is not None
    return case


async def refusals(show: Show) -> list[str]:
    entries = await show.store.audit(AuditQuery(limit=50))
    return [entry.detail for entry in entries if entry.event is Event.REFUSED]


@pytest.mark.parametrize(
    "words",
    [
        f"kick {LAUNCH} siobhan rude",
        f"mute {LAUNCH} jun, siobhan, dolores",
    ],
)
async def test_no_words_reach_somebody_protected_by_role(show: Show, words: str) -> None:
    mira = FormFiller(show)
    assert "protected" in await mira.types(words)
    assert "siobhan" in here(show)
    assert "protected" in (await refusals(show))[0]


async def test_the_vendors_own_id_of_somebody_leads_past_no_protection(show: Show) -> None:
    """RealtimeKit knows Vera by an id of its own beside the app's."""
    kit = show.stage.world.realtimekit
    room = next(meeting for meeting in kit.rooms.values() if meeting.title.startswith("Telehealth"))
    uuid = next(item.id for item in room.enrolled.values() if item.visitor.id == "vera")
    mira = FormFiller(show)
    assert "protected" in await mira.types(f"member realtimekit:{room.id} remove {uuid}")
    assert "protected" in (await refusals(show))[0]


@pytest.mark.parametrize(
    ("words", "who"),
    [
        (f"silence {LAUNCH} all too loud", "moderator"),
        (f"silence {LAUNCH} all except @jun @dolores too loud", "moderator"),
        (f"kick {LAUNCH} all raid", "lead"),
    ],
)
async def test_everyone_leaves_the_protected_out_and_says_so(
    show: Show, words: str, who: str
) -> None:
    leader = FormFiller(show, who)
    await show.sender.command(leader.user, show.stage.cast.ops, words)
    form = await leader.form()
    assert "1 protected person left out" in json.dumps(form.given, ensure_ascii=False)
    assert "Include protected" not in json.dumps(form.given)
    assert await leader.submits(reason="raid") == {}
    case = await ended(show)
    assert [person.id for person in case.act.left_out] == ["siobhan"]
    assert "siobhan" in here(show)
    permissions = show.stage.world.stream.rooms["livestream:launch-show"].permissions
    assert "siobhan" not in permissions
    entries = await show.store.audit(AuditQuery(case=case.number))
    assert all(any("Siobhán" in person for person in entry.people) for entry in entries)


async def test_a_moderator_does_not_kick_everyone_by_naming_each(show: Show) -> None:
    mira = FormFiller(show)
    support = "stream:default:support-room"
    answer = await mira.types(f"kick {support} @amina, @kofi, @loud, @jun, @jun-2 raid")
    assert "needs the role lead" in answer or "Only" in answer
    assert len(here(show, support)) == 5


async def test_only_an_admin_is_offered_to_include_the_protected(led: Show) -> None:
    mira, leo = FormFiller(led), FormFiller(led, "lead")
    assert "Only an admin" in await mira.types(f"mute {LAUNCH} all --protected raid")
    form = await leo.opens(f"mute {LAUNCH} all raid")
    assert "Include protected" in json.dumps(form.given)
    assert await leo.submits(reason="raid", **{INCLUDE: [INCLUDE]}) == {}
    case = await ended(led)
    assert case.act.protected_too
    assert case.act.left_out == ()


async def test_the_option_is_for_everyone_only(show: Show) -> None:
    mira = FormFiller(show)
    answer = await mira.types(f"mute {LAUNCH} jun --protected loud")
    assert "goes with everyone only" in answer


async def pressed(show: Show, value: dict[str, Any]) -> None:
    """A button of ours with another value than it was drawn with, signed as Slack signs it."""
    mira = FormFiller(show)
    await mira.types(f"show {LAUNCH}")
    await mira.sees("Jun Park")
    message = mira.latest
    body = {
        "type": "block_actions",
        "user": {"id": mira.user.id, "team_id": show.workspace.team},
        "team": {"id": show.workspace.team},
        "channel": {"id": show.stage.cast.ops.id},
        "trigger_id": "9.9.9",
        "response_url": f"{show.workspace.base_url}/respond/none",
        "container": {"type": "message", "message_ts": message.ts},
        "actions": [
            {
                "type": "button",
                "action_id": "act#mute",
                "block_id": "b",
                "action_ts": "1.1",
                "value": json.dumps(value),
            }
        ],
    }
    await show.sender._interact(body)
    await show.services.tasks.drain(TIMEOUT_S)


VALUE = {
    "v": 1,
    "verb": {"name": "mute"},
    "call": {"vendor": "stream", "id": "livestream:launch-show"},
    "person": "jun",
}


@pytest.mark.parametrize(
    "edited",
    [
        {"title": "FORGED"},
        {"person": {"id": "jun", "name": "FORGED"}},
        {"person": {"id": "siobhan", "role": "FORGED", "custom_id": "FORGED"}},
        {"person": "FORGED"},
        {"call": {"vendor": "stream", "id": "livestream:launch-show", "title": "FORGED"}},
        {"protected_too": True, "everyone": True},
    ],
)
async def test_nothing_that_was_put_into_a_button_stands_in_a_case_or_on_record(
    show: Show, edited: dict[str, Any]
) -> None:
    await pressed(show, VALUE | edited)
    entries = await show.store.audit(AuditQuery(limit=50))
    assert not any("FORGED" in entry.model_dump_json() for entry in entries)
    assert not any(entry.event is Event.REQUESTED for entry in entries)


async def test_a_role_taken_away_while_it_was_stopped_ends_the_case_as_refused(
    show_url: str, tmp_path: Path
) -> None:
    """Accepted, stopped, rules changed, started: the vendor gets nothing."""
    async with open_show(tmp_path, database_url=show_url) as first:
        first.app.executor.close()
        mira = FormFiller(first)
        await first.sender.command(mira.user, first.stage.cast.ops, f"mute {LAUNCH} jun loud")
        await first.services.tasks.drain(TIMEOUT_S)
        assert (await first.store.case(1)).state is State.ASKED
        rules = first.stage.cast.rules().replace(mira.user.id, first.stage.cast.viewer.id)
    async with open_show(tmp_path, database_url=show_url, rules=rules) as second:
        await second.services.tasks.drain(TIMEOUT_S)
        case = await ended(second)
        assert (case.number, case.state) == (1, State.REFUSED)
        assert second.stage.world.stream.rooms["livestream:launch-show"].stay("jun") is not None
        last = (await second.store.audit(AuditQuery(case=1)))[0]
        assert (last.event, last.state) == (Event.OUTCOME, State.REFUSED)
