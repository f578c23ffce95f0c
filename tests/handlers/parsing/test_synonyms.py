"""Words of habit lead to the command, or say what it is called here."""

import pytest

from bot.calls.verbs import Block, End, Kick, Silence, Unblock
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from bot.errors import BadInput
from handlers.blocks.help import FIRST, help_message
from handlers.parsing.requests import SUBCOMMANDS, FindPerson, Help, ListCalls, ShowAudit, parse
from handlers.parsing.synonyms import SYNONYMS
from tests.fakes.blocks import valid_message, words
from tests.fakes.moderator import Moderator

IN_SHOW = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("word", "verb"),
    [
        ("ban", Block),
        ("Unban", Unblock),
        ("remove", Kick),
        ("close", End),
        ("hush", Silence),
        ("shut", Silence),
    ],
)
def test_a_word_of_habit_is_the_verb(word: str, verb: type) -> None:
    assert isinstance(getattr(parse(f"{word} K7QX alice"), "verb", None), verb)


def test_other_words_of_habit_are_the_command() -> None:
    assert isinstance(parse("ls"), ListCalls)
    assert parse("who alice") == FindPerson(words="alice")
    for word in ("log", "logs", "history"):
        assert isinstance(parse(word), ShowAudit)
        assert parse(f"{word} by <@U1|leo>") == parse("audit by <@U1|leo>")
    assert parse("help ban") == Help(topic="block")
    assert parse("ban help") == Help(topic="block")


def test_no_word_of_habit_hides_a_command() -> None:
    assert not SYNONYMS.keys() & set(SUBCOMMANDS)
    assert set(SYNONYMS.values()) <= set(SUBCOMMANDS)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("undo 7", "audit by me"),
        ("unmute K7QX alice", "unsilence K7QX alice"),
        ("stop K7QX", "record K7QX stop"),
        ("stats", "digest preview"),
        ("help unmute", "unsilence"),
    ],
)
def test_what_is_done_in_another_way_here_says_how(word: str, says: str) -> None:
    with pytest.raises(BadInput) as told_:
        parse(word)
    assert says in told_.value.next_step


def test_help_fits_on_one_screen_and_leads_to_the_rest() -> None:
    text = words(valid_message(help_message(None, "/calls")))
    assert len(FIRST) == 10
    assert "help all" in text
    assert len(text.splitlines()) <= 16
    everything = words(valid_message(help_message("all", "/calls")))
    assert all(f"`{word}`" in everything for word in SUBCOMMANDS)
    assert "@alice" not in everything + text


@IN_SHOW
async def test_a_title_in_place_of_a_handle_leads_to_the_call(show: Show) -> None:
    mira = Moderator(show)
    text = await mira.types("kick Support amina rude")
    assert "No live call matches “Support”." in text
    assert "Did you mean “Support room · billing” (AY6D)?" in text
    assert "[Open]  [List calls]" in text
    await mira.presses("Open")
    await mira.sees("Support room · billing", "Amina Okafor")
    await mira.types("show Support")
    await mira.presses("List calls")
    await mira.sees("live calls")


@IN_SHOW
async def test_nobody_of_that_name_leads_to_those_who_are_there(show: Show) -> None:
    mira = Moderator(show)
    text = await mira.types("kick AY6D tsoh rude")
    assert "No one in “Support room · billing” matches “tsoh”." in text
    assert "Amina Okafor (amina)" in text
    await mira.presses("Choose from the 5 people here")
    form = as_text(await mira.form())
    assert "[Support room · billing ▾]" in form
    assert "People: " in form


@IN_SHOW
async def test_an_rtmp_target_that_is_none_is_answered_with_those_there_are(show: Show) -> None:
    text = await Moderator(show).types("rtmp 3BBB start twitch")
    assert "There is no RTMP target “twitch”." in text
    assert "Targets: youtube." in text
