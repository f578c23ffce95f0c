"""Two names that look the same are one, and every name can be seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.acts import Person
from bot.calls.models import Call, CallRef, Participant, Vendor
from bot.calls.names import UNNAMED, can_be_seen, fold, shown, without_accents


def wide(text: str) -> str:
    """The full-width forms of these letters."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


ALIKE = [
    ("Troll\u200bKing", "TrollKing"),
    ("Troll  King", "Troll King"),
    ("Troll\u00a0King", "troll king"),
    ("Tr\u00adoll King", "Troll King"),
    ("Jose\u0301 Di\u0301az", "José Díaz"),
    ("Pat O\u2019Brien", "Pat O'Brien"),
    ("Pat O\u02bcBrien", "Pat O`Brien"),
    ("Pat O\u00b4Brien", "Pat O'Brien"),
    ("Anne\u2011Marie", "Anne-Marie"),
    ("Anne\u2014Marie", "Anne--Marie"),
    (wide("Anne-Marie"), "anne-marie"),
    (wide("Jiro\u3000Sato"), "Jiro Sato"),
    ("\u2066Dana\u2069 \u202eRex\u202c", "Dana Rex"),
    ("Straße", "STRASSE"),
    ("Rex \u201cRocky\u201d", 'Rex "Rocky"'),
    ("wave \U0001f44b\ufe0f", "Wave \U0001f44b"),
    ("a\u2217b\u223cc\u02cdd\u02cbe", "a*b~c_d`e"),
    ("\u2060@here\u2060", "@here"),
]
"""What a vendor holds, and what a moderator types."""

BLANK = [
    "",
    " ",
    "\u3164",
    "\u200b\u00ad",
    "\u2800\u2800",
    "\u0301",
    "\ufeff\u202e",
    "\0\n",
    "\ufe0f",
]


@pytest.mark.parametrize(("held", "typed"), ALIKE)
def test_names_that_look_the_same_are_compared_as_one(held: str, typed: str) -> None:
    assert fold(held) == fold(typed) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ann", "Anne"), ("Sam", "Sam Porter"), ("a-b", "a b"), ("é", "e"), ("①", "2")],
)
def test_names_that_look_different_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text(), st.sampled_from(["\u200b", "\u00ad", "\u2060", "\u202e", "\ufeff"]))
def test_an_invisible_character_makes_no_other_name(start: str, end: str, hidden: str) -> None:
    assert fold(unicodedata.normalize("NFD", f"{start}{hidden}{end}")) == fold(start + end)


@pytest.mark.parametrize("name", BLANK)
def test_a_name_that_cannot_be_seen_is_shown_by_the_id(name: str) -> None:
    assert not can_be_seen(name)
    assert Participant(id="u_7", name=name).shown == "u_7"
    assert Person(id="u_7", name=name).shown == "u_7"
    assert Participant(id="\u3164", name=name, custom_id="app-7").shown == "app-7"
    assert shown(name, None) == UNNAMED


@pytest.mark.parametrize("title", BLANK)
def test_a_title_that_cannot_be_seen_is_the_id(title: str) -> None:
    assert Call(ref=CallRef(vendor=Vendor.STREAM, id="default:x"), title=title, people=0).title == (
        "default:x"
    )


@given(st.text())
def test_what_can_be_seen_is_shown_as_it_is(name: str) -> None:
    seen = shown(name, "id")
    assert seen == (name if can_be_seen(name) else "id")
    assert can_be_seen(seen)
    assert bool(fold(name)) or not can_be_seen(name)


@given(text=st.text(max_size=40))
def test_what_is_bare_is_folded_and_stays_so(text: str) -> None:
    assert (
        without_accents(without_accents(text))
        == without_accents(text)
        == without_accents(fold(text))
    )


@pytest.mark.parametrize("name", ["й", "が", "אָ", "हि"])
def test_marks_of_other_scripts_stay(name: str) -> None:
    assert without_accents(name) == fold(name)
