"""Searching the record finds what a slow look at every entry finds, on both engines."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import AuditEntry, Disclosure, Refusal
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import Result, State
from bot.calls.verbs import Block, Kick, Mute, Unblock, Verb
from bot.store import SqlStore, open_store
from tests.fakes.clock import START, ManualClock
from tests.store.audit.plain_query import fits, open_cases
from tests.store.orders import MINUTE, order

MODERATORS = ("U-MARY", "U-JOHN", "U-NOBODY")
NAMES = ("Alice Smith", "ALİCE", "Straße", "ﬁona", "nul\0l", "100% _x_", "everyone", "but Bob", "")
VERBS: tuple[Verb, ...] = (Mute(), Kick(), Block(), Unblock())


async def remember(store: SqlStore, clock: ManualClock) -> list[AuditEntry]:
    """A record with some of everything, and all of its entries, newest first."""
    for number, vendor in enumerate(list(Vendor) * 6):
        clock.advance(3600)
        name = NAMES[number % len(NAMES)]
        people = (Person(id=f"p{number % 5}", name=name), Person(id="İd", name=None))
        everyone = number % 7 == 0
        act = Act(
            verb=VERBS[number % len(VERBS)],
            call=CallRef(vendor=vendor, id=f"call-{number % 2}"),
            title="Lobby",
            people=() if everyone else people,
            everyone=everyone,
            spared=people if everyone else (),
        )
        actor = Actor(user=MODERATORS[number % 2], team="T1")
        if number % 6 == 5:
            await store.refuse(Refusal(key=f"r{number}", actor=actor, act=act, why="No."))
            continue
        wanted = order(f"k{number}", actor=actor).model_copy(update={"act": act})
        await store.accept(wanted)
        if number % 3:
            for claim in await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE):
                state = State.CONFIRMED if number % 2 else State.FAILED
                met = Result(person="p9", name="but Eve", state=state, evidence="Seen.")
                await store.finish(claim, [met, Result(state=state, evidence="Seen.")])
    call = CallRef(vendor=Vendor.STREAM, id="call-0")
    handed = Disclosure(key="d", actor=actor, call=call, title="Lobby", detail="Recordings: 3")
    await store.disclose(handed)
    return [*reversed([entry async for entry in store.export()])]


def pieces(text: str) -> st.SearchStrategy[str]:
    """Any part of a text, written in any case."""
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    cut = ends.map(lambda pair: text[min(pair) : max(pair)])
    return cut | cut.map(str.upper) | cut.map(str.title)


WORDS = st.one_of(*(pieces(f"{name} (p1)") for name in NAMES)) | st.text(max_size=5)
MOMENTS = (
    st.none()
    | st.integers(-3, 30).map(lambda hours: START + timedelta(hours=hours))
    | st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1))  # noqa: DTZ001  its zone is given
)
FILTERS = st.builds(
    AuditQuery,
    case=st.none() | st.integers(0, 20),
    before=st.none() | st.integers(0, 50),
    limit=st.integers(1, 60),
    person=st.none() | WORDS,
    by=st.none() | st.sampled_from(MODERATORS),
    verbs=st.lists(st.sampled_from([verb.name for verb in VERBS]), max_size=3).map(tuple),
    vendor=st.none() | st.sampled_from(Vendor),
    state=st.none() | st.sampled_from(State),
    since=MOMENTS,
    until=MOMENTS,
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_any_filter_finds_what_a_slow_look_finds(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
    with asyncio.Runner() as runner:
        clock = ManualClock()
        opening = open_store(url, clock)
        store = runner.run(opening.__aenter__())
        try:
            entries = runner.run(remember(store, clock))
            going = open_cases(entries)

            @given(FILTERS)
            def same(which: AuditQuery) -> None:
                slow = [entry for entry in entries if fits(entry, which, going)][: which.limit]
                assert list(runner.run(store.audit(which))) == slow

            same()
        finally:
            runner.run(opening.__aexit__(None, None, None))


async def test_each_whom_an_act_on_everyone_reached_finds_its_case(store: SqlStore) -> None:
    """Its order could not name them; its outcome does, and one line tells for how many."""
    there = [(f"p{number:02}", f"Guest Nr {number:02}") for number in range(43)]
    host = Person(id="host", name="Host")
    act = Act(
        verb=Mute(),
        call=CallRef(vendor=Vendor.STREAM, id="call-0"),
        title="Lobby",
        everyone=True,
        spared=(host,),
    )
    await store.accept(order("k1").model_copy(update={"act": act}))
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    results = [
        Result(person=who, name=name, state=State.CONFIRMED, evidence="Nobody sends audio.")
        for who, name in there
    ]
    lost = Result(person="zed", name="Zed", state=State.FAILED, evidence="No such user.")
    await store.finish(claim, [*results, lost])
    for words in (*(name for _, name in there), "p07", "guest nr 42 (p42)", "zed", "everyone"):
        (entry, *_) = await store.audit(AuditQuery(person=words, state=State.PARTLY))
        assert (entry.case, len(entry.reached)) == (1, 44)
    assert entry.detail == ("43 people: confirmed. Nobody sends audio.\nZed: failed. No such user.")
    assert await store.audit(AuditQuery(person="host")) == []
