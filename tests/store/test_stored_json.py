"""Whatever another release writes, a row is read as far as it is understood, or is set aside."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.calls.actors import Actor, Reader
from bot.calls.acts import Act, Person
from bot.calls.asks import Ask
from bot.calls.cases import Order
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import Result, State
from bot.calls.prior_state import CallLimits, HeldRights, PriorState
from bot.calls.verbs import Permission, Silence, Track
from bot.digests.subscription import Subscription, Wish
from bot.errors import OtherRelease
from bot.store.stored_json import other_release_errors, read_json

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANN = Person(id="ann", name="Ann", custom_id="app-ann", presence="p1", joined_at=NOON, role="host")
MARY = Actor(user="U-MARY", team="T1")
ACT = Act(
    verb=Silence(tracks=Track.VIDEO),
    call=CallRef(vendor=Vendor.STREAM, id="default:lobby", session="s1"),
    title="Lobby",
    everyone=True,
    spared=(ANN,),
    present=9,
    before=PriorState(
        limits=CallLimits(people=4, but_roles=("host",)),
        rights=(HeldRights(person="bob", rights=(Permission.SEND_AUDIO,)),),
    ),
)
STORED: tuple[BaseModel, ...] = (
    Order(key="k", act=ACT, actor=MARY, reason="noise", channel="C1", in_place=True),
    Result(person="ann", state=State.FAILED, evidence="Not there.", next_step="Look."),
    Reader(actor=MARY, channel="C1"),
    Ask(
        id="a1",
        act=ACT,
        actor=MARY,
        role="lead",
        holders=("U1", "S1"),
        why="Only leads can.",
        refused_at=NOON,
    ),
    Subscription(id=1, wish=Wish(channel="C-OPS", zone="Europe/London"), owner=MARY, made_at=NOON),
)
"""One of each kind of value that is stored as JSON."""

kinds = pytest.mark.parametrize("value", STORED, ids=lambda value: type(value).__name__)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


def nodes(told: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every object and value in JSON, with the way to it."""
    yield path, told
    inner: list[tuple[Any, Any]] = list(enumerate(told)) if isinstance(told, list) else []
    inner += told.items() if isinstance(told, dict) else ()
    for name, one in inner:
        yield from nodes(one, (*path, name))


def objects(told: Any) -> list[dict[str, Any]]:
    """Every object but a verb: what a verb's options mean, nobody can leave out."""
    return [one for path, one in nodes(told) if isinstance(one, dict) and path[-1:] != ("verb",)]


@kinds
@given(where=st.integers(min_value=0), name=st.text(max_size=9), said=anything)
def test_a_field_that_is_not_known_is_ignored_wherever_it_stands(
    value: BaseModel, where: int, name: str, said: Any
) -> None:
    told = json.loads(value.model_dump_json())
    places = objects(told)
    place = places[where % len(places)]
    place[f"next {name}"] = said
    assert read_json(type(value), json.dumps(told)) == value


@kinds
def test_a_field_that_an_earlier_release_did_not_write_is_as_where_nothing_was_said(
    value: BaseModel,
) -> None:
    written = value.model_dump_json(exclude_defaults=True)
    assert read_json(type(value), written) == value


@kinds
@given(data=st.data())
def test_whatever_stands_there_instead_is_read_or_set_aside_and_never_told(
    value: BaseModel, data: st.DataObject
) -> None:
    told = json.loads(value.model_dump_json())
    path, _ = data.draw(st.sampled_from([node for node in nodes(told) if node[0]]))
    place = told
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = data.draw(anything | st.just("hologram"))
    why = unread(type(value), json.dumps(told))
    assert "hologram" not in why or path[-1] == "name"


def unread(kind: type[BaseModel], text: str) -> str:
    """Why it is set aside; empty when it is read."""
    try:
        with other_release_errors("A row"):
            read_json(kind, text)
    except OtherRelease as error:
        return error.why
    return ""


def options(**said: Any) -> Callable[[dict[str, Any]], None]:
    return lambda told: told["act"]["verb"].update(said)


@pytest.mark.parametrize("said", [None, False, "", [], {}])
def test_an_unknown_option_of_a_verb_that_says_nothing_is_ignored(said: Any) -> None:
    told = json.loads(STORED[0].model_dump_json())
    options(also=said)(told)
    assert read_json(Order, json.dumps(told)) == STORED[0]


@pytest.mark.parametrize("said", [True, 1, "everyone", ["ann"]])
def test_an_unknown_option_of_a_verb_that_says_something_is_another_act(said: Any) -> None:
    told = json.loads(STORED[0].model_dump_json())
    options(also=said)(told)
    with pytest.raises(OtherRelease), other_release_errors("A row"):
        read_json(Order, json.dumps(told))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"act": 1}', "\0"])
def test_what_is_no_such_thing_at_all_is_set_aside(text: str) -> None:
    with pytest.raises(OtherRelease), other_release_errors("A row"):
        read_json(Order, text)
