"""Somebody absent is who the vendor's lists and our own cases say, or a question comes back."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.cases import Case
from bot.calls.live import Roster
from bot.calls.models import Page
from bot.calls.names import can_be_seen
from bot.calls.verbs import Block, GroupUnban, Listed, MemberAdd, MemberRemove, Unblock, Verb
from bot.errors import AmbiguousPerson, BadInput, UnknownPerson, VendorTimeout
from bot.moderation.absent_people import meant
from tests.fakes.clock import ManualClock
from tests.moderation.test_resolver import Table

ALAN = Person(id="alan-poe", name="Alan Poe")
LOUD = Person(id="loud")


@pytest.fixture
def table() -> Table:
    return Table()


def listed(table: Table, which: Listed, *people: Person, more: bool = False) -> None:
    page: Page[Person] = Page(items=people, next="2" if more else None)
    table.vendor.rosters[table.room.id, which] = page


def blocked_here(table: Table, *people: Person) -> None:
    act = Act(verb=Block(), call=table.room, title="Room", people=people)
    actor = Actor(user="U1", team="T1")
    table.past.cases = [Case(number=1, act=act, actor=actor, asked_at=ManualClock().now())]


async def named(table: Table, verb: Verb, *words: str) -> list[str]:
    act = await table.resolver.resolve(verb, "default:room", words, everyone=False)
    return [person.id for person in act.people]


@pytest.mark.parametrize("word", ["Alan", "alan poe", "ALAN\u00a0Poe", "alan-poe", "Alan\u2011Poe"])
async def test_a_blocked_person_is_meant_by_id_name_or_a_word_of_it(
    table: Table, word: str
) -> None:
    listed(table, Listed.BLOCKED, ALAN, LOUD)
    assert await named(table, Unblock(), word) == ["alan-poe"]


async def test_somebody_listed_by_id_has_the_name_they_were_blocked_under(table: Table) -> None:
    listed(table, Listed.BLOCKED, LOUD)
    blocked_here(table, Person(id="loud", name="L O U D"))
    act = await table.resolver.resolve(Unblock(), "default:room", ["l o u d"], everyone=False)
    assert [(person.id, person.name) for person in act.people] == [("loud", "L O U D")]


async def test_somebody_blocked_here_is_meant_even_when_the_list_has_them_no_more(
    table: Table,
) -> None:
    blocked_here(table, Person(id="gone", name="Mallory"))
    assert await named(table, Unblock(), "mallory") == ["gone"]


@pytest.mark.parametrize(
    ("verb", "which"),
    [
        (Unblock(), Listed.BLOCKED),
        (GroupUnban(), Listed.BANNED),
        (MemberRemove(), Listed.MEMBERS),
    ],
)
async def test_nobody_of_that_name_is_refused_with_those_who_are_listed(
    table: Table, verb: Verb, which: Listed
) -> None:
    listed(table, which, ALAN, LOUD)
    with pytest.raises(UnknownPerson, match="matches “lowd”") as refused:
        await named(table, verb, "loud", "lowd")
    assert refused.value.next_step == (
        f"{which.label}: Alan Poe (alan-poe), loud. Nothing was sent."
    )
    listed(table, which)
    with pytest.raises(UnknownPerson) as refused:
        await named(table, verb, "lowd")
    assert refused.value.next_step == f"{which.label}: nobody. Nothing was sent."


async def test_a_long_list_is_cut_and_counted(table: Table) -> None:
    listed(table, Listed.MEMBERS, *(Person(id=f"m{number:02}") for number in range(12)))
    with pytest.raises(UnknownPerson) as refused:
        await named(table, MemberRemove(), "alcie")
    assert "m07 and 4 more." in refused.value.next_step


async def test_a_name_of_two_asks_for_the_id(table: Table) -> None:
    listed(table, Listed.BLOCKED, ALAN, Person(id="alan-2", name="Alan Poe"))
    with pytest.raises(AmbiguousPerson) as asked:
        await named(table, Unblock(), "Alan Poe")
    assert asked.value.next_step == "Use the id: Alan Poe (alan-poe), Alan Poe (alan-2)."


async def test_an_id_is_believed_only_where_the_list_is_not_whole_or_not_given(
    table: Table,
) -> None:
    listed(table, Listed.MEMBERS, ALAN, more=True)
    assert await named(table, MemberRemove(), "alan", "somebody") == ["alan-poe", "somebody"]
    table.vendor.reports.lists = frozenset()
    assert await named(table, Unblock(), "somebody") == ["somebody"]


async def test_who_is_added_as_a_member_is_on_no_list_yet(table: Table) -> None:
    listed(table, Listed.MEMBERS, ALAN)
    assert await named(table, MemberAdd(), "alan", "alan", "zoe") == ["alan", "zoe"]


async def test_a_vendor_that_does_not_answer_is_an_error_and_no_guess(table: Table) -> None:
    table.vendor.silent = None
    listed(table, Listed.BLOCKED, ALAN)
    await table.resolver.call("default:room")
    table.vendor.silent = VendorTimeout("Slow.", vendor=table.vendor.vendor)
    with pytest.raises(VendorTimeout):
        await named(table, Unblock(), "alan")


NAMES = st.text(min_size=1, max_size=12).filter(can_be_seen)
IDS = st.text("abcdef-", min_size=1, max_size=6)


@given(st.dictionaries(IDS, NAMES | st.none(), max_size=6), st.text(max_size=12), st.data())
async def test_a_word_finds_somebody_it_names_or_a_question_never_another_person(
    people: dict[str, str | None], word: str, data: st.DataObject
) -> None:
    listing = tuple(Person(id=one, name=name) for one, name in people.items())
    roster = Roster(which=Listed.BLOCKED, people=listing)
    room = await Table().resolver.call("default:room")
    wanted = data.draw(st.sampled_from(listing)) if listing else None
    shown = [person for person in listing if wanted and person.shown == wanted.shown]
    if wanted is not None and len(shown) == 1:
        with contextlib.suppress(AmbiguousPerson):
            assert meant(wanted.shown, roster, room) == wanted
    try:
        found = meant(word, roster, room)
    except BadInput:
        return
    assert found in listing


async def test_who_is_kept_out_is_a_trouble_where_the_vendor_does_not_say(table: Table) -> None:
    table.vendor.silent = VendorTimeout("Late.", vendor="stream")
    call = table.vendor.calls["default:room"]
    roster = await table.resolver.absent_people.kept_out(call)
    assert roster is not None
    assert (roster.available, roster.trouble) == (False, "Late.")
