"""An audio room with speakers and listeners, and a show that its audience does not see yet."""

import pytest

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from tests.fakes.form_filler import FormFiller
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

STAGE = "audio_room:community-stage"
PREMIERE = "livestream:premiere"
SPEAKER, LISTENER = "hedda", "tove"


def short(call: str) -> str:
    return handle(CallRef(vendor=Vendor.STREAM, id=call))


def given(show: Show, person: str) -> dict[str, bool]:
    """What was given to somebody, or taken from them, by name."""
    return show.stage.world.stream.rooms[STAGE].permissions.get(person, {})


def sends(show: Show, person: str) -> set[str]:
    """What somebody sends after they tried to speak."""
    show.stage.world.talk(Vendor.STREAM, STAGE, person)
    stay = show.stage.world.stream.rooms[STAGE].stay(person)
    assert stay is not None
    return stay.tracks


def effects(show: Show, verb: str) -> list[str]:
    found = show.stage.world.stream.effects
    return [effect.person or "" for effect in found if effect.verb == verb]


async def test_speakers_speak_and_listeners_do_not(show: Show) -> None:
    room = show.stage.world.stream.rooms[STAGE]
    heard = {person.visitor.id for person in room.here() if sends(show, person.visitor.id)}
    assert heard == {"priya", "hedda", "gao"}
    assert len(room.here()) > len(heard)
    card = await Moderator(show).types(f"show {short(STAGE)}")
    assert card.count("speaker") == 2


async def test_a_speaker_who_is_unsilenced_speaks_again(show: Show) -> None:
    mira = Moderator(show)
    await mira.types(f"silence {short(STAGE)} {SPEAKER} singing")
    await mira.sees("silenced Hedda")
    assert sends(show, SPEAKER) == set()
    await mira.types(f"unsilence {short(STAGE)} {SPEAKER}")
    await mira.sees("unsilenced Hedda")
    assert sends(show, SPEAKER) == {"audio"}


async def test_a_listener_who_is_unsilenced_still_only_listens(show: Show) -> None:
    """Neither where nobody silenced them, nor where a silence took what they never had."""
    mira = Moderator(show)
    await mira.types(f"unsilence {short(STAGE)} {LISTENER}")
    await mira.sees("already so", "grant send-audio")
    await mira.types(f"silence {short(STAGE)} {LISTENER} heckling")
    await mira.sees("silenced Tove")
    await mira.types(f"unsilence {short(STAGE)} {LISTENER}")
    await mira.sees("already so")
    assert effects(show, "grant") == []
    assert sends(show, LISTENER) == set()


async def test_a_listener_who_was_granted_to_speak_is_given_that_back(show: Show) -> None:
    mira = Moderator(show)
    for words in ("grant {} {} --send-audio", "silence {} {} heckling", "unsilence {} {}"):
        await mira.types(words.format(short(STAGE), LISTENER))
    await mira.sees("unsilenced Tove", "confirmed")
    assert sends(show, LISTENER) == {"audio"}


async def test_a_speaker_who_may_speak_no_more_does_not_by_an_unsilence(show: Show) -> None:
    mira = Moderator(show)
    show.stage.world.mute_self(Vendor.STREAM, STAGE, SPEAKER)
    for words in ("revoke {} {} --send-audio", "silence {} {} again", "unsilence {} {}"):
        await mira.types(words.format(short(STAGE), SPEAKER))
    await mira.sees("already so")
    assert sends(show, SPEAKER) == set()


async def test_unsilencing_everyone_makes_no_listener_a_speaker(show: Show) -> None:
    """Of eleven in the room the two speakers may send; Priya, a host, is left out."""
    leo = FormFiller(show, "lead")
    for verb in ("silence", "unsilence"):
        await leo.opens(f"{verb} {short(STAGE)} everyone but priya")
        assert await leo.submits(reasons="Spam", reason="shouting") == {}
        await leo.sees(f"{verb}d everyone", "[Case #")
    assert sorted(effects(show, "grant")) == ["gao", "hedda"]
    assert sends(show, LISTENER) == set()


async def test_a_show_that_is_backstage_says_so_and_can_go_live(show: Show) -> None:
    mira = Moderator(show)
    listed = await mira.types("list premiere")
    assert "2 people · backstage" in listed.replace(" · under a minute", "")
    card = await mira.types(f"show {short(PREMIERE)}")
    assert "backstage" in card
    assert "Go live" in card
    assert show.stage.world.stream.rooms[PREMIERE].backstage


async def test_the_list_and_home_count_who_is_muted_and_silenced(show: Show) -> None:
    mira = Moderator(show)
    for words, done in (
        (f"mute {short(STAGE)} priya", "muted Priya"),
        (f"silence {short(STAGE)} {SPEAKER} singing", "silenced Hedda"),
    ):
        await mira.types(words)
        await mira.sees(done)
    listed = await mira.types("list community")
    assert "11 people" in listed
    assert "1 muted · 1 silenced" in listed
    await show.sender.app_home_opened(mira.user)
    await show.services.tasks.drain(30)
    assert "1 muted · 1 silenced" in as_text(show.workspace.modals.homes[mira.user.id])
