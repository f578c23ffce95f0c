"""Words find the person who is meant, or a question comes back; never somebody else."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.models import Participant
from bot.calls.verbs import Mute
from bot.moderation.people_index import PeopleIndex
from bot.moderation.people_parser import ParsedPeople, parse_people
from bot.moderation.resolver import unclear_words
from tests.calls.test_names import ALIKE

NAMES = (
    "Kofi Mensah",
    "Sam",
    "Sam Porter",
    "Bob",
    "Bob \U0001f525 Lee",
    "Pat O\u2019Brien",
    "'t Hooft",
    "Ann",
    "Cem",
    "Bea and Dan",
    "Smith, John",
    "--video",
    "All Might",
    "\u0645\u0631\u064a\u0645 \u062d\u0633\u0646",
)


def people_index(*names: str, left: Sequence[str] = ()) -> PeopleIndex:
    """People with these names; the id of each is its name's place, or `left0`, ..."""
    return PeopleIndex(
        [Participant(id=f"u{place}", name=name) for place, name in enumerate(names)],
        [Participant(id=f"left{place}", name=name) for place, name in enumerate(left)],
    )


def read(text: str, there: PeopleIndex | None = None, *, everyone: bool = True) -> ParsedPeople:
    return parse_people(text, there or people_index(*NAMES), everyone=everyone)


def who(people: Sequence[Participant]) -> list[str]:
    return [person.shown for person in people]


@pytest.mark.parametrize(
    ("text", "people", "rest"),
    [
        ("@Kofi Mensah spam", ["Kofi Mensah"], "spam"),
        ("Kofi Mensah", ["Kofi Mensah"], ""),
        ("kofi MENSAH; ann: spam", ["Kofi Mensah", "Ann"], "spam"),
        ("kofi: spam", ["Kofi Mensah"], "spam"),
        ("Mensah - spam, 3-4 times - again", ["Kofi Mensah"], "spam, 3-4 times - again"),
        ("@ Kofi Mensah", ["Kofi Mensah"], ""),
        ("Pat O'Brien rude", ["Pat O\u2019Brien"], "rude"),
        ("'Pat O'Brien' rude", ["Pat O\u2019Brien"], "rude"),
        ("\u2018Pat O\u2019Brien\u2019 rude", ["Pat O\u2019Brien"], "rude"),
        ("'t Hooft is rude", ["'t Hooft"], "is rude"),
        ("Smith, John rude", ["Smith, John"], "rude"),
        ('"Sam" rude', ["Sam"], "rude"),
        ("@\u201cSam\u201d rude", ["Sam"], "rude"),
        ("\u201c@Sam\u201d rude", ["Sam"], "rude"),
        ("\u00abSam\u00bb rude", ["Sam"], "rude"),
        ("\u00bbSam\u00ab rude", ["Sam"], "rude"),
        ("\u201eSam\u201c rude", ["Sam"], "rude"),
        ("\u201dSam\u201d rude", ["Sam"], "rude"),
        ("\u300cSam\u300d rude", ["Sam"], "rude"),
        ("`Sam` rude", ["Sam"], "rude"),
        ("`Sam' rude", ["Sam"], "rude"),
        ("@ann and @cem", ["Ann", "Cem"], ""),
        ("ann & cem", ["Ann", "Cem"], ""),
        ("ann&cem", ["Ann", "Cem"], ""),
        ("ann & cem rude", ["Ann", "Cem"], "rude"),
        ("@ann and @cem and rude", ["Ann", "Cem"], "and rude"),
        ("ann, cem, and kofi", ["Ann", "Cem", "Kofi Mensah"], ""),
        ("ann\u3001cem rude", ["Ann", "Cem"], "rude"),
        ("@ann @cem rude", ["Ann", "Cem"], "rude"),
        ("u7 u8 is rude", ["Ann"], "u8 is rude"),
        ('"Bea and Dan" rude', ["Bea and Dan"], "rude"),
        ("@--video", ["--video"], ""),
        ("\u0645\u0631\u064a\u0645 \u062d\u0633\u0646 spam", [NAMES[-1]], "spam"),
    ],
)
def test_names_are_read_to_their_end(text: str, people: list[str], rest: str) -> None:
    reading = read(text)
    assert (who(reading.people), reading.rest) == (people, rest)
    assert reading.settled is (text != "@ann and @cem and rude")
    assert not reading.everyone


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("José Díaz", "jose diaz"),
        ("Emre Şahin", "emre sahin"),
        ("Siobhán Ní Bhriain", "Siobhan Ni Bhriain"),
        ("Bjørn Håkonsen", "bjorn hakonsen"),
        ("Łukasz Wójcik", "lukasz wojcik"),
        ("Jose Diaz", "José Díaz"),
    ],
)
def test_accents_may_be_left_out_and_never_end_a_name_early(name: str, typed: str) -> None:
    first = typed.split(maxsplit=1)[0]
    there = PeopleIndex([Participant(id=first, name=name), Participant(id="u2", name="Ann")])
    reading = read(f"{typed} rude", there)
    assert (who(reading.people), reading.rest, reading.settled) == ([name], "rude", True)


def test_two_who_differ_in_accents_only_are_asked_about() -> None:
    reading = read("jose rude", people_index("José", "Jose"))
    assert not reading.settled
    assert set(who(reading.others)) == {"José", "Jose"}


@pytest.mark.parametrize(
    ("text", "likely", "others", "rest"),
    [
        ("@Sam Porter", ["Sam Porter"], ["Sam"], ""),
        ("Sam rude", ["Sam"], ["Sam Porter"], "rude"),
        ("Bob \U0001f525 Lee spamming", [NAMES[4]], ["Bob"], "spamming"),
        ("Ann Cem", ["Ann"], ["Cem"], "Cem"),
        ("Ann and Cem complained", ["Ann", "Cem"], ["Cem"], "complained"),
    ],
)
def test_another_way_to_read_the_same_words_is_asked_about(
    text: str, likely: list[str], others: list[str], rest: str
) -> None:
    reading = read(text)
    assert (who(reading.people), reading.rest) == (likely, rest)
    assert not reading.settled
    assert set(who(reading.others) + who(reading.doubted)) == set(others)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Zoe rude", "Zoe"),
        ("@zoe rude", "zoe"),
        ('"Zoe Ray" rude', "Zoe Ray"),
        ("ann, zoe", "zoe"),
        ("ann and zoe", "zoe"),
        ("ann and tell her so", "tell"),
        ("ann @zoe", "zoe"),
        ("ann and", "and"),
        ("Kofi Annan rude", "Kofi Annan"),
        ('ann, "zoe rude', '"zoe'),
        ("all except zoe", "zoe"),
        ("all, but zoe", "zoe"),
        ("all except", "except"),
    ],
)
def test_a_name_nobody_answers_to_is_asked_about(text: str, unknown: str) -> None:
    reading = read(text)
    assert not reading.settled
    assert unknown in reading.unknown


@pytest.mark.parametrize(
    ("text", "excepting"),
    [
        ("all except ann", True),
        ("all except zoe", True),
        ("all except sam", True),
        ("everyone but not ann", True),
        ("all noise", False),
        ("all, not ann", False),
        ("ann", False),
    ],
)
def test_that_somebody_is_to_be_spared_is_known_whoever_it_is(
    text: str, *, excepting: bool
) -> None:
    reading = read(text)
    assert reading.excepting is excepting
    assert not (reading.settled and excepting and not reading.people)


@pytest.mark.parametrize(
    ("text", "spared", "rest"),
    [
        ("everyone noise", [], "noise"),
        ("@everyone but not ann", None, ""),
        ("everybody except for @ann and @cem", ["Ann", "Cem"], ""),
        ("everyone but @ann and @cem noise", ["Ann", "Cem"], "noise"),
        ("everyone other than ann, kofi noise", ["Ann", "Kofi Mensah"], "noise"),
        ("everyone apart from \u00abSam\u00bb", ["Sam"], ""),
        ("everyone \u2014 except ann noise", ["Ann"], "noise"),
        ("everyone: except ann", ["Ann"], ""),
        ("everyone (except ann)", None, ""),
    ],
)
def test_everyone_may_be_limited(text: str, spared: list[str] | None, rest: str) -> None:
    reading = read(text)
    assert reading.everyone
    assert reading.settled is (spared is not None)
    assert spared is None or (who(reading.people), reading.rest) == (spared, rest)


def test_a_person_called_like_everyone_is_asked_about() -> None:
    assert read("All Might rude").or_everyone
    assert who(read("All Might rude").people) == ["All Might"]
    assert who(read("all rude").others) == ["All Might"]
    assert not read("all rude").settled
    assert who(read('"All Might" rude').people) == ["All Might"]
    assert read("All Might rude", everyone=False).settled


@pytest.mark.parametrize(
    "text",
    [
        "all exept @ann",
        "everyone @ann noise",
        "all ann",
        "all, ann noise",
        "all not ann",
    ],
)
def test_somebody_pointed_at_behind_everyone_is_asked_about(text: str) -> None:
    reading = read(f"@{text}", people_index("Ann", "Cem"))
    assert (reading.everyone, who(reading.others)) == (True, ["Ann"])
    assert read("all noise @zoe", people_index("Ann", "Cem")).settled


def test_a_name_that_begins_with_the_sign_for_a_name_is_asked_about() -> None:
    reading = read("@here rude", people_index("@here", "here"))
    assert (who(reading.people), who(reading.others)) == (["@here"], ["here"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Bob", "That fits more than one person: Bob = u0, Bob = u1."),
        ("all", "Likely meant: everyone. All Might = u2 may be meant as well."),
        (
            "all but @bob and @ann",
            "Likely meant: everyone except Ann = u3. Bob = u0, Bob = u1, All",
        ),
        ("All Might", "That may be a name, or everyone in the call."),
        ("ann and cem rude", "Cem = u4 may be named or be a part of the reason."),
        ("ann, zoe", "No one matches \u201czoe\u201d."),
        ("gus", "Gus = left0 has left the call."),
    ],
)
def test_what_is_unclear_is_said(text: str, words: str) -> None:
    there = people_index("Bob", "bob", "All Might", "Ann", "Cem", left=["Gus"])
    assert words.casefold() in " ".join(unclear_words(Mute(), read(text, there))).casefold()


def test_many_who_may_be_meant_are_counted() -> None:
    told = " ".join(unclear_words(Mute(), read("bob", people_index(*["Bob"] * 10))))
    assert "Bob = u7 and 2 more" in told
    assert "u8" not in told
    [other] = unclear_words(Mute(), ParsedPeople(others=people_index("Ann").people))
    assert other == "It may be Ann = u0."


def test_who_left_a_moment_ago_may_be_meant() -> None:
    there = people_index("Sam", left=["Sam Porter"])
    reading = read("@Sam Porter", there)
    assert who(reading.left) == ["Sam Porter"]
    assert who(reading.others) == ["Sam"]
    assert not reading.settled
    assert not read("Sam", there).settled


def test_two_of_one_name_are_both_told() -> None:
    reading = read("Bob rude", people_index("Bob", "bob", "Bob Ray"))
    assert (reading.people, [other.id for other in reading.others]) == ((), ["u0", "u1", "u2"])
    assert reading.rest == "rude"


def test_an_id_as_it_is_written_goes_before_one_that_only_looks_like_it() -> None:
    twins = PeopleIndex([Participant(id="Bob", name="A"), Participant(id="bob", name="B")])
    assert [person.id for person in read("bob rude", twins).people] == ["bob"]
    assert [participant.id for participant in twins.find("Bob")] == ["Bob"]


@pytest.mark.parametrize(("held", "typed"), ALIKE)
def test_names_are_read_as_they_are_compared(held: str, typed: str) -> None:
    reading = read(f"{typed} rude", people_index(held, "Bea"), everyone=False)
    assert ([person.id for person in reading.people], reading.rest) == (["u0"], "rude")


def test_an_id_letter_by_letter_goes_before_parts_of_names() -> None:
    twins = [Participant(id="jun", name="Jun Park"), Participant(id="jun-2", name="Jun Park")]
    assert [person.id for person in read("jun rude", PeopleIndex(twins)).people] == ["jun"]
    assert read("jun rude", PeopleIndex(twins)).settled
    assert not read("Jun rude", PeopleIndex(twins)).settled
    named = Participant(id="u9", name="jun")
    assert not read("jun rude", PeopleIndex([*twins, named])).settled


@pytest.mark.parametrize("sign", [":", ",", " &"])
def test_a_sign_behind_a_whole_name_makes_no_longer_name_of_it(sign: str) -> None:
    reading = read(f"Al{sign} rude", people_index("Al", f"Al{sign} Pacino"), everyone=False)
    assert (who(reading.people), who(reading.others)) == (["Al"], [f"Al{sign} Pacino"])


def test_a_name_cut_on_a_card_is_known() -> None:
    long = "Bartholomew the very long and winding name of somebody"
    reading = read(f"{long[:40].strip()}\u2026 rude", people_index(long, "Bea"))
    assert (who(reading.people), reading.rest) == ([long], "rude")


PIECES = """Sam sam Porter all except and & , --video \u2014 but u1 ' " \U0001f525 7 @here :
everyone \u0645\u0631\u064a\u0645 e\u0301 O\u2019Brien \u201c \u200b \u3164 \u300cx\u300d"""
PIECE = st.sampled_from(re.split("[ \n]", PIECES))
NAME = st.lists(PIECE, min_size=1, max_size=4).map(" ".join) | st.text(max_size=6)
QUOTED = """{} @{} "{}" \u201c{}\u201d \u00ab{}\u00bb '{}' `{}` @"{}" "@{}" \u300c{}\u300d"""
TYPED = st.sampled_from(QUOTED.split(" "))
REASON = st.sampled_from(["", "spam", "being rude", "3-4 times", "- again"])


@given(
    names=st.lists(NAME, min_size=1, max_size=5),
    gone=st.lists(NAME, max_size=2),
    reason=REASON,
    typed=TYPED,
    pick=st.integers(0, 4),
)
def test_what_a_card_shows_finds_that_person_or_a_question(
    names: list[str], gone: list[str], reason: str, typed: str, pick: int
) -> None:
    there = people_index(*names, left=gone)
    meant = there.people[pick % len(names)]
    reading = read(f"{typed.format(meant.shown)} {reason}".strip(), there)
    if reading.settled:
        assert not reading.everyone
        assert reading.people == (meant,)


@given(
    names=st.lists(NAME, min_size=2, max_size=5),
    reason=st.lists(PIECE, max_size=3).map(" ".join),
    typed=TYPED,
)
def test_whatever_follows_nobody_else_is_meant_alone(
    names: list[str], reason: str, typed: str
) -> None:
    there = people_index(*names)
    reading = read(f"{typed.format(there.people[0].shown)} {reason}".strip(), there)
    if reading.settled:
        assert there.people[0] in reading.people


def test_a_word_that_stands_twice_in_a_name_is_read_where_more_of_it_fits() -> None:
    there = PeopleIndex([Participant(id="p-1", name="Ann Bob Ann")])
    found = [match for match in there.at_front(["ann", "bob"]) if not match.whole]
    assert [(match.person.id, match.length) for match in found] == [("p-1", 2)]
