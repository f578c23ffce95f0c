"""CometChat's call log by words, through the real bot: calls that are over, and who was there."""

import pytest

from bot.calls.call_log import LogFilter, LoggedStatus, Media
from bot.demo.stage import Show
from handlers.parsing.requests import ListCalls, parse
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLE = "v1.us.31780434a95d45.16923681138d75114d60d1345a22e4cc612263fb26c0b5cf92"


@pytest.mark.parametrize(
    ("words", "wanted", "text"),
    [
        ("status ended", LogFilter(status=LoggedStatus.ENDED), ""),
        ("Status ENDED night", LogFilter(status=LoggedStatus.ENDED), "night"),
        ("user @superhero2 type audio", LogFilter(user="superhero2", media=Media.AUDIO), ""),
        ("recording yes", LogFilter(recorded=True), ""),
        ("recording no", LogFilter(recorded=False), ""),
        ("status meeting", LogFilter(), "status meeting"),
        ("type", LogFilter(), "type"),
        ("recording studio", LogFilter(), "recording studio"),
    ],
)
async def test_words_of_the_log_are_read_and_all_others_are_the_title(
    words: str, wanted: LogFilter, text: str
) -> None:
    request = parse(f"list {words}")
    assert isinstance(request, ListCalls)
    assert (request.view.log, request.view.text) == (wanted, text)


async def test_of_all_vendors_it_is_said_whose_call_log_was_searched(show: Show) -> None:
    mira, said = Moderator(show), "Only CometChat's call log was searched"
    for words in ("list status ended", "list status ended no-such-title"):
        assert said in await mira.types(words)
    assert said not in await mira.types("list cometchat status ended")
    assert said not in await mira.types("list")


async def test_calls_that_are_over_are_found_opened_and_told_with_who_was_there(
    show: Show,
) -> None:
    mira = Moderator(show)
    text = await mira.types("list cometchat status ended user superhero2")
    assert "1 call\n" in text
    assert "ended · audio call · from superhero8 · to user superhero2 · 19 s" in text
    assert "2 devices" in text
    await mira.presses("Open", near="superhero2")
    await mira.sees("This call has ended.", "superhero8", "audio 0.3 min", "2 devices", "19 s")
    text = await mira.types(f"attendance cometchat:{SAMPLE}")
    assert "2 people" in text
    assert "Left (2)" in text


async def test_a_viewer_sees_the_call_but_not_who_was_there(show: Show) -> None:
    text = await Moderator(show, "viewer").types(f"show cometchat:{SAMPLE}")
    assert "This call has ended." in text
    assert "audio 0.3 min ·" not in text


async def test_a_vendor_without_a_log_says_so(show: Show) -> None:
    text = await Moderator(show).types("list stream status ended")
    assert "Only live calls can be listed on Stream Video." in text


async def test_nothing_in_the_log_is_said(show: Show) -> None:
    text = await Moderator(show).types("list user nobody-of-that-id")
    assert "No call in the log matches this." in text
