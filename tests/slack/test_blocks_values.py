"""What a card carries comes back as it went, or is refused in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.acts import Person
from bot.calls.models import Vendor
from bot.calls.picture import ListView
from bot.calls.search import CaseFilter
from bot.calls.verbs import Mute
from bot.errors import BadInput
from handlers.blocks.values import (
    ActValue,
    AuditValue,
    CallValue,
    CaseValue,
    Value,
    dump,
    load,
    load_menu,
    menu_ids,
    menu_value,
    read_filter,
)
from tests.fakes.blocks import ANYTHING, CALLS, NAMES, NOW, PERSONS, VERB, ref


def test_a_menu_carries_call_and_person_with_ids_of_128_characters() -> None:
    person = Person(id="p" * 128, name="N" * 500, presence="s" * 36, joined_at=NOW)
    call = ref("default:" + "c" * 120)
    ids = menu_ids(call, "T" * 500, stamp="19a.3", person=person)
    assert ids is not None
    value = load_menu(*ids, menu_value(Mute(), everyone=False))
    assert isinstance(value, ActValue)
    assert value.call == call
    assert value.person is not None
    assert value.person.model_copy(update={"name": None}) == person.model_copy(
        update={"name": None}
    )
    assert (value.verb, value.stamp) == (Mute(), "19a.3")


@given(
    st.builds(
        ActValue,
        verb=VERB,
        call=CALLS.map(lambda c: c.ref),
        title=NAMES,
        person=st.none() | PERSONS,
    )
)
@ANYTHING
def test_a_button_brings_back_the_act_it_was_drawn_for(value: ActValue) -> None:
    back = load(ActValue, dump(value)).act()
    act = value.act()
    assert (back.verb, back.call) == (act.verb, act.call)
    assert [p.id for p in back.people] == [p.id for p in act.people]


@given(
    st.text()
    | st.sampled_from(
        ["", "null", "[]", '{"v":1}', '{"v":2,"number":1}', '{"v":1,"number":1,"x":2}']
    )
)
def test_an_old_or_edited_button_is_refused_in_words(text: str) -> None:
    for kind in (ActValue, CaseValue, CallValue):
        with pytest.raises(BadInput, match="older release"):
            load(kind, text)
    with pytest.raises(BadInput, match="older release"):
        load_menu(f"m|{text}", f"menu|{text}", text)


@pytest.mark.parametrize(
    "value",
    [AuditValue(which=CaseFilter(before=3)), CallValue(call=ref(), page=2), CaseValue(number=1)],
)
def test_values_come_back(value: Value) -> None:
    assert load(type(value), dump(value)) == value


def test_the_filter_row_is_read_from_its_first_page() -> None:
    state = {
        "a": {"list.vendor": {"selected_option": {"value": "stream"}}},
        "b": {"list.text": {"value": " raid "}},
    }
    assert read_filter(state) == ListView(vendor=Vendor.STREAM, text="raid")
    assert read_filter({"a": {"list.vendor": {"selected_option": {"value": "any"}}}}) == ListView()
    with pytest.raises(BadInput):
        read_filter({"a": {"list.vendor": {"selected_option": {"value": "zoom"}}}})
