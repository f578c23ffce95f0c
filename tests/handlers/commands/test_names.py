"""An order in words reaches the person who is meant, or a form asks; never somebody else."""

import pytest

from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import Case
from bot.calls.verbs import Mute, Track
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from bot.demo.vendors import Visitor
from tests.calls.test_names import wide
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOM = "default:names"
HELD = {
    "sam": "Sam",
    "porter": "Sam Porter",
    "bob": "Bob",
    "lee": "Bob \U0001f525 Lee",
    "kofi": "Kofi Mensah",
    "jun": "Jun",
    "troll": "Troll\u200b\u00a0Ki\u00adng",
    "jose": "Jose\u0301  Di\u0301az",
    "pat": "Pat O\u2019Brien",
    "anne": "Anne\u2011Marie",
    "jiro": wide("Jiro\u3000Sato"),
    "dana": "\u2067Dana\u2069 Rex",
    "blank": "\u3164",
    "ann": "Ann",
}
"""Ids, and the names as their vendor holds them."""


@pytest.fixture
def mira(show: Show) -> Moderator:
    stream = show.stage.world.stream
    room = stream.open(ROOM, "Names")
    for person, name in HELD.items():
        stream.join(room.id, Visitor(person, name))
    return Moderator(show)


async def done(mira: Moderator, words: str) -> Case:
    """Type an order that is done at once; its case."""
    await mira.types(words)
    (entry,) = await mira.show.store.audit(AuditQuery(limit=1))
    return await mira.show.store.case(entry.case or 0)


async def asked(mira: Moderator, words: str) -> str:
    """Type an order that a form asks about; nothing was done."""
    show = mira.show
    before = len(show.stage.world.stream.effects)
    text = as_text(await mira.asked(words))
    assert show.stage.world.stream.effects[before:] == []
    return text


@pytest.mark.parametrize(
    ("words", "person", "reason"),
    [
        ("@Kofi Mensah spam", "kofi", "spam"),
        ("troll king spam", "troll", "spam"),
        ("Jos\u00e9 D\u00edaz spam", "jose", "spam"),
        ("Pat O'Brien spam", "pat", "spam"),
        ("'Pat O'Brien' spam", "pat", "spam"),
        ("Anne-Marie spam", "anne", "spam"),
        ("@Jiro Sato - spam, 3-4 times", "jiro", "spam, 3-4 times"),
        ("\u300cDana Rex\u300d spam", "dana", "spam"),
        ('"@Sam" spam', "sam", "spam"),
        ("\u201eBob\u201c spam", "bob", "spam"),
        ("blank spam", "blank", "spam"),
    ],
)
async def test_a_name_is_read_to_its_end(
    mira: Moderator, words: str, person: str, reason: str
) -> None:
    case = await done(mira, f"mute stream:{ROOM} {words}")
    assert ([one.id for one in case.act.people], case.reason) == ([person], reason)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("@Sam Porter", ["Sam Porter", "Sam (user) = sam"]),
        ("Bob \U0001f525 Lee spamming", ["Bob \U0001f525 Lee", "Bob (user) = bob", "spamming"]),
        ("ann and nobody", ["Ann", "No one matches \u201cnobody\u201d"]),
        ("Kofi Annan rude", ["No one matches \u201cKofi Annan\u201d"]),
    ],
)
async def test_the_form_asks_where_words_mean_more_than_one(
    mira: Moderator, words: str, told: list[str]
) -> None:
    text = await asked(mira, f"kick stream:{ROOM} {words}")
    assert all(item in text for item in told), text


async def test_the_likeliest_is_chosen_and_the_form_takes_the_order(mira: Moderator) -> None:
    await asked(mira, f"mute stream:{ROOM} @Sam Porter --video spam")
    await mira.show.sender.submit(mira.user, await mira.form())
    await mira.sees("Sam Porter")
    (entry,) = await mira.show.store.audit(AuditQuery(limit=1))
    case = await mira.show.store.case(entry.case or 0)
    assert ([person.id for person in case.act.people], case.reason) == (["porter"], "spam")
    assert case.act.verb == Mute(tracks=Track.VIDEO)


async def test_where_no_form_opens_the_question_is_put_in_words(mira: Moderator) -> None:
    before = len(mira.show.stage.world.stream.effects)
    mira.show.stage.slack.faults.drop(on="views.open")
    text = await mira.types(f"mute stream:{ROOM} @Sam Porter spam")
    assert "Likely meant: Sam Porter (user) = porter. It may also be Sam (user) = sam." in text
    assert "Nothing was done." in text
    assert mira.show.stage.world.stream.effects[before:] == []
    case = await done(mira, f'mute stream:{ROOM} "Sam Porter" spam')
    assert [person.id for person in case.act.people] == ["porter"]


async def test_who_left_a_moment_ago_is_meant_too(mira: Moderator) -> None:
    await mira.types(f"show stream:{ROOM}")
    mira.show.stage.world.stream.leave(ROOM, "porter")
    text = await asked(mira, f"kick stream:{ROOM} @Sam Porter")
    assert "Sam Porter (user) = porter has left the call." in text
    assert "Sam (user) = sam" in text


@pytest.mark.parametrize(
    ("words", "people"),
    [
        ("@ann and @jun", ["ann", "jun"]),
        ("ann & jun", ["ann", "jun"]),
        ("ann, jun, and kofi", ["ann", "jun", "kofi"]),
    ],
)
async def test_several_are_named_in_any_way(mira: Moderator, words: str, people: list[str]) -> None:
    case = await done(mira, f"mute stream:{ROOM} {words}")
    assert [person.id for person in case.act.people] == people


async def test_everyone_but_two_spares_both(mira: Moderator) -> None:
    text = await asked(mira, f"mute stream:{ROOM} all but @ann and @jun noise")
    assert "noise" in text
    await mira.show.sender.submit(mira.user, await mira.form())
    await mira.sees("Ann", "Jun")
    (entry,) = await mira.show.store.audit(AuditQuery(limit=1))
    act = (await mira.show.store.case(entry.case or 0)).act
    assert (act.everyone, [person.id for person in act.spared]) == (True, ["ann", "jun"])


@pytest.fixture
def meeting(show: Show) -> str:
    """How a meeting at RealtimeKit is named, where two are called Bob."""
    kit = show.stage.world.realtimekit
    room = kit.open("names", "Names")
    for person, name in (("kofi", "Kofi Mensah"), ("bob", "Bob"), ("lee", "Bob Lee")):
        kit.join(room.id, Visitor(person, name))
    return f"realtimekit:{room.id}"


async def test_a_preset_stands_behind_the_whole_name(show: Show, meeting: str) -> None:
    case = await done(Moderator(show), f"preset {meeting} @Kofi Mensah viewer only listens")
    assert case.act.verb.model_dump() == {"preset": "viewer"}
    assert ([person.name for person in case.act.people], case.reason) == (
        ["Kofi Mensah"],
        "only listens",
    )


async def test_a_name_that_may_be_part_of_another_is_asked_about_right_after_another_order(
    show: Show, meeting: str
) -> None:
    mira = Moderator(show)
    await done(mira, f"preset {meeting} @Kofi Mensah viewer only listens")
    text = as_text(await mira.asked(f"preset {meeting} Bob Lee"))
    assert "Bob Lee" in text
    assert "It may also be Bob" in text


DASHES = [
    "--",
    "\u2014\u2014",
    "---",
    "\u2212\u2212",
    "\u2011\u2011",
    "\uff0d\uff0d",
    "\u2015",
    "-",
]


@pytest.mark.parametrize("option", [*(f"{dash}video" for dash in DASHES), "--video=true"])
async def test_an_option_is_understood_with_any_dash(mira: Moderator, option: str) -> None:
    case = await done(mira, f"mute stream:{ROOM} jun {option} loud - 3-4 times")
    assert case.act.verb == Mute(tracks=Track.VIDEO)
    assert ([person.id for person in case.act.people], case.reason) == (["jun"], "loud - 3-4 times")


@pytest.mark.parametrize("option", ["-vidoe", "\u2014vidoe", "--video=maybe", "-5"])
async def test_a_word_with_a_dash_is_never_the_first_of_a_reason(
    mira: Moderator, option: str
) -> None:
    text = await mira.types(f"mute stream:{ROOM} jun {option} loud")
    assert "has no option" in text
    assert mira.show.stage.world.stream.effects == []
