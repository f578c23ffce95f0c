"""Anything a card can be made from, and whether Slack would take the card."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.capabilities import Capability, Enforcement, cannot
from bot.calls.cases import Case
from bot.calls.models import Call, CallRef, Participant, RecordingState, Vendor
from bot.calls.outcomes import Result, State, overall
from bot.calls.verbs import VERBS, Block, End, Kick, Mute, RecordStart, RtmpStart, Verb
from bot.demo.slack.block_rules.blocks import MESSAGE
from bot.demo.slack.block_rules.check import check
from handlers.blocks.message import Message

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NASTY = [
    "<!channel>",
    "@here *b* _i_ ~s~ `c`",
    "\u202eevil",
    "👩\u200d👩\u200d👧" * 60,
    "שלום",
    "&amp;",
    "",
    "\n\n> q",
]
NAMES = st.sampled_from([*NASTY, "x" * 500]) | st.text(max_size=40)
IDS = st.text('abcDEF019:-_."é', min_size=1, max_size=128)
ALL = {name: Capability(level=Enforcement.ENFORCED) for name in VERBS}
SOME = {**ALL, "kick": cannot("no such act <!here>", instead=Mute), "block": cannot("")}
OURS = re.compile(
    r"<@[A-Z0-9]+>|<!date\^\d+\^\{date_short_pretty\} \{time\}\|[-0-9: ]+ UTC>"
    r"|<https?://[^<>|\s]+\|Download>|<#[CG][A-Z0-9]+>"
)


ANYTHING = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
T = TypeVar("T")


def many(one: st.SearchStrategy[T], most: int, least: int = 0) -> st.SearchStrategy[list[T]]:
    """Lists of `least` to `most`, of which two elements take turns: drawing each is slow."""
    sizes = sorted({least, least + 1, min(least + 3, most), most - 1, most})
    return st.builds(
        lambda kinds, size: list(islice(cycle(kinds), size)),
        st.lists(one, min_size=1, max_size=2),
        st.sampled_from(sizes),
    )


def texts(node: Any, kind: str) -> Iterator[str]:
    """Yield the words of every text object of that kind, anywhere in blocks."""
    if isinstance(node, dict):
        if node.get("type") == kind and isinstance(node.get("text"), str):
            yield node["text"]
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from texts(part, kind)


def elements(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every element of `blocks` that can be used: buttons, menus and fields."""
    for block in blocks:
        yield from block.get("elements", []) if block["type"] == "actions" else ()
        yield from (block[key] for key in ("accessory", "element") if key in block)


def require_valid(blocks: list[dict[str, Any]], surface: str = MESSAGE) -> None:
    """Assert that Slack would take the blocks, and that there is no markup but our own."""
    assert blocks
    assert check(blocks, surface) == []
    for text in texts(blocks, "mrkdwn"):
        assert not set("<>") & set(OURS.sub("", text))


def valid_message(message: Message) -> Message:
    """`message` itself, after asserting that Slack would take it."""
    require_valid(message.blocks)
    assert 0 < len(message.text) <= 4000
    assert not set("<>") & set(OURS.sub("", message.text))
    return message


def words(message: Message) -> str:
    """Every text of the message, a line each."""
    return "\n".join((*texts(message.blocks, "plain_text"), *texts(message.blocks, "mrkdwn")))


def ref(call_id: str = "default:support", vendor: Vendor = Vendor.STREAM) -> CallRef:
    """A call of that vendor and id."""
    return CallRef(vendor=vendor, id=call_id, session="0b6e7b1c-3d0f-4c9f-8a52-5b9d7a2f4c11")


CALLS = st.builds(
    Call,
    ref=st.builds(CallRef, vendor=st.sampled_from(Vendor), id=IDS, session=st.none() | IDS),
    title=NAMES,
    people=st.integers(0, 5000),
    started_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    ended_at=st.none() | st.just(NOW),
    recording=st.sampled_from(RecordingState),
    broadcasting=st.none() | st.booleans(),
    rtmp=st.none() | many(NAMES, 5).map(tuple),
)
PEOPLE = st.builds(
    Participant,
    id=IDS,
    name=st.none() | NAMES,
    custom_id=st.none() | IDS,
    role=st.none() | NAMES,
    presence=st.none() | IDS,
    joined_at=st.none() | st.just(NOW - timedelta(minutes=7)),
    muted=st.none() | st.booleans(),
    speaking=st.none() | st.booleans(),
)
PERSONS = PEOPLE.map(Person.of)
VERB = st.sampled_from([Mute(), Kick(), Block(), End(), RecordStart(), RtmpStart(to="t" * 64)])
RESULTS = st.builds(
    Result,
    person=st.none() | IDS,
    name=st.none() | NAMES,
    state=st.sampled_from(State),
    evidence=NAMES,
    next_step=NAMES,
)
CASES = st.builds(
    Case,
    number=st.integers(1, 10**6),
    act=st.builds(
        Act,
        verb=VERB,
        call=CALLS.map(lambda call: call.ref),
        title=NAMES,
        people=many(PERSONS, 6).map(tuple),
        everyone=st.booleans(),
    ),
    actor=st.builds(Actor, user=st.just("U1") | NAMES, team=st.just("T1")),
    reason=NAMES | st.just("r" * 2000),
    state=st.sampled_from(State),
    attempt=st.integers(0, 3),
    asked_at=st.just(NOW),
    finished_at=st.none() | st.just(NOW),
    results=many(RESULTS, 30).map(tuple),
)


def ended_case(verb: Verb, *results: Result, everyone: bool = False) -> Case:
    """A case with these results."""
    people = () if everyone else (Person(id="a", name="Ann"),)
    act = Act(verb=verb, call=ref(), title="Raid", people=people, everyone=everyone)
    return Case(
        number=9,
        act=act,
        actor=Actor(user="U7", team="T1"),
        asked_at=NOW,
        state=overall(results),
        results=results,
    )
