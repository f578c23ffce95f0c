"""What a card carries comes back as it went, or is refused in words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.acts import Act
from bot.calls.audit_filter import AuditQuery
from bot.calls.live import ListView
from bot.calls.models import Vendor
from bot.calls.verbs import Mute
from bot.errors import BadInput
from handlers.blocks.action_values import (
    ActValue,
    AuditValue,
    CallValue,
    CaseValue,
    MoreValue,
    Value,
    dump,
    load,
    load_menu,
    menu_ids,
    menu_value,
    read_filter,
)
from handlers.blocks.forms.order_state import OrderState
from handlers.blocks.forms.reason_form import FormState
from handlers.blocks.reports.report_values import ReportValue
from tests.fakes.blocks import ANYTHING, CALLS, NAMES, PERSONS, VERB, ref


def test_a_menu_carries_call_and_person_with_ids_of_200_characters() -> None:
    person, call = "p" * 200, ref("default:" + "c" * 120)
    ids = menu_ids(call, stamp="19a.3", person=person)
    assert ids is not None
    value = load_menu(*ids, menu_value(Mute(), everyone=False))
    assert isinstance(value, ActValue)
    assert (value.call, value.person) == (call, person)
    assert (value.verb, value.stamp) == (Mute(), "19a.3")


@given(
    st.builds(
        ActValue,
        verb=VERB,
        call=CALLS.map(lambda c: c.ref),
        person=st.none() | PERSONS.map(lambda person: person.id),
    )
)
@ANYTHING
def test_a_button_brings_back_the_act_it_was_drawn_for(value: ActValue) -> None:
    assert load(ActValue, dump(value)).meant() == value.meant()


ADDED = st.sampled_from(["title", "name", "role", "custom_id", "presence", "protected"])
DRAWN = [
    ActValue(verb=Mute(), call=ref(), person="ann"),
    MoreValue(call=ref(), person="ann"),
    CallValue(call=ref()),
    ReportValue(look="quality", call=ref()),
    CaseValue(number=1),
    FormState(act=Act(verb=Mute(), call=ref(), title="Room").ref),
    OrderState(verb="mute", call=ref()),
]


@given(st.sampled_from(DRAWN), ADDED, NAMES, st.data())
@ANYTHING
def test_nothing_that_is_carried_has_a_name_a_title_or_a_role_and_none_is_taken(
    value: Value, added: str, text: str, data: st.DataObject
) -> None:
    """Put anywhere into it, it makes the whole value one that was edited."""
    carried = json.loads(dump(value))
    places = [carried, *(item for item in carried.values() if isinstance(item, dict))]
    place = data.draw(st.sampled_from(places))
    assert not {"title", "role", "custom_id", "presence"} & set(place)
    place[added] = text
    if place is carried.get("verb") and not text:
        assert load(type(value), json.dumps(carried)) == value, "an option that says nothing"
        return
    with pytest.raises(BadInput, match="older release"):
        load(type(value), json.dumps(carried))


@given(NAMES)
@ANYTHING
def test_a_menu_takes_no_name_and_no_title(text: str) -> None:
    ids = menu_ids(ref(), stamp="1.1", person="ann")
    assert ids is not None
    block, action = ids
    option = menu_value(Mute())
    for edited in (
        (f"{block[:-1]},{json.dumps(text)}]", action),
        (block, f"menu|{json.dumps(['ann', None, None, None, text])}"),
        (block, f"menu|{json.dumps({'id': 'ann', 'name': text})}"),
    ):
        with pytest.raises(BadInput, match="older release"):
            load_menu(*edited, option)


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
    [AuditValue(which=AuditQuery(before=3)), CallValue(call=ref(), page=2), CaseValue(number=1)],
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
