"""What people type as an emoji arrives as one, though Slack hands it over by its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.audit_filter import AuditQuery
from bot.calls.live import ListView
from bot.calls.verbs import Poll, Say
from bot.demo.slack.emoji import named
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from bot.demo.vendors import Visitor
from handlers.blocks.emoji import with_emoji
from handlers.blocks.forms.reason_fields import one_reason
from handlers.parsing.requests import ActRequest, FindPerson, ListCalls, ShowCall, parse
from tests.fakes.moderator import Moderator

NAMES = {
    ":pizza:": "\U0001f355",
    ":+1:": "\U0001f44d",
    ":thumbsup:": "\U0001f44d",
    ":wave::skin-tone-3:": "\U0001f44b\U0001f3fc",
    ":male-technologist::skin-tone-5:": "\U0001f468\U0001f3fe\u200d\U0001f4bb",
    ":flag-de:": "\U0001f1e9\U0001f1ea",
    ":slightly_smiling_face:": "\U0001f642",
    ":man-shrugging:": "\U0001f937\u200d\u2642\ufe0f",
    ":heart:": "\u2764\ufe0f",
}


@pytest.mark.parametrize(("name", "sign"), NAMES.items())
def test_a_short_name_is_its_character_wherever_it_stands(name: str, sign: str) -> None:
    assert with_emoji(f"a {name} b{name}{name}c") == f"a {sign} b{sign}{sign}c"


@pytest.mark.parametrize(
    "text",
    [
        ":no_such_name:",
        "10:100:30",
        "a : b : c",
        "::",
        ":pizza",
        "stream:default:room",
        ":acme-logo:",
    ],
)
def test_what_is_no_short_name_stays(text: str) -> None:
    assert with_emoji(text) == text


def test_an_id_of_a_call_keeps_its_colons() -> None:
    assert parse("show app:key:7") == ShowCall(call="app:key:7")
    assert parse("show stream::fox_face:") == ShowCall(call="stream:\U0001f98a")


def test_an_unknown_name_hides_no_known_one() -> None:
    assert with_emoji(":acme:pizza:") == ":acme\U0001f355"
    assert with_emoji(":pizza::skin-tone-2:") == "\U0001f355\U0001f3fb"


@given(st.lists(st.sampled_from([*NAMES.values(), "a", " ", ":", "1"])).map("".join))
def test_what_slack_makes_of_emoji_is_taken_back(text: str) -> None:
    assert named(text).isascii()
    assert ":" in text or with_emoji(named(text)) == text


def test_an_emoji_alone_leaves_no_second_way_to_read_an_order() -> None:
    request = parse("mute K7QX Bob :fire: Lee spam")
    assert isinstance(request, ActRequest)
    assert (request.text, request.literal) == ("Bob \U0001f525 Lee spam", "")
    request = parse("mute K7QX :fire: --video spam")
    assert isinstance(request, ActRequest)
    assert request.literal == "\U0001f525 --video spam"


def test_every_text_in_words_has_the_character() -> None:
    assert parse("list :pizza: night") == ListCalls(view=ListView(text="\U0001f355 night"))
    assert parse("find Hedda :fox_face:") == FindPerson(words="Hedda \U0001f98a")
    say = parse("say K7QX Break :pizza:")
    assert isinstance(say, ActRequest)
    assert say.verb == Say(text="Break \U0001f355")
    poll = parse("poll K7QX :pizza:? | :+1: | :-1:")
    assert isinstance(poll, ActRequest)
    assert poll.verb == Poll(question="\U0001f355?", answers=("\U0001f44d", "\U0001f44e"))
    end = parse("end K7QX :tada:")
    assert isinstance(end, ActRequest)
    assert end.reason == "\U0001f389"
    assert one_reason("Spam", ":pizza: shop") == "Spam: \U0001f355 shop"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_name_with_emoji_is_typed_as_it_is_shown(show: Show) -> None:
    mira, stream = Moderator(show), show.stage.world.stream
    room = stream.open("default:emoji", "Party :tada: \U0001f355")
    for person, name in (("b", "Bob"), ("l", "Lee\U0001f525"), ("w", "\U0001f44b\U0001f3fc Wim")):
        stream.join(room.id, Visitor(person, name))
    await mira.types(f"mute stream:{room.id} Lee\U0001f525 \U0001f355 spam")
    (entry,) = await show.store.audit(AuditQuery(limit=1))
    case = await show.store.case(entry.case or 0)
    assert ([one.id for one in case.act.people], case.reason) == (["l"], "\U0001f355 spam")
    for words in ("find \U0001f44b\U0001f3fc wim", "list \U0001f355", "audit person lee\U0001f525"):
        text = await mira.types(words)
        assert "Wim" in text or "Party" in text or "Lee" in text, words
    await show.sender.command(mira.user, show.stage.cast.ops, f"mute stream:{room.id}")
    assert "Party" in as_text(await mira.form())
