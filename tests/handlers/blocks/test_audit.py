"""Any page of the audit log and any case's life is a message Slack takes, and says what is true."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.audit_filter import AuditQuery
from bot.calls.case_history import CaseHistory
from bot.calls.cases import UNDATED, AuditEntry, Case, DamagedEntry, Event
from bot.calls.models import Vendor
from bot.calls.outcomes import Result, State
from bot.calls.verbs import VERBS, Block, Kick, Unblock
from bot.demo.slack.block_rules.check import check
from handlers.blocks.action_values import AuditValue, CaseValue, load, route
from handlers.blocks.audit import MAX_ENTRIES, audit_message
from handlers.blocks.case_history import PER_PAGE, case_message
from handlers.blocks.cases import state_words
from handlers.blocks.digests.details import STATES
from handlers.blocks.forms.audit_search_form import (
    SINCE,
    STATE,
    UNTIL,
    SearchState,
    read_search,
    search_form,
)
from handlers.parsing.audit_search import ShowAudit
from handlers.parsing.requests import parse
from tests.fakes.blocks import (
    ANYTHING,
    CASES,
    IDS,
    NAMES,
    NOW,
    elements,
    many,
    ref,
    valid_message,
    words,
)
from tests.fakes.rights import FULL


def decoded(body: bytes) -> str:
    return body.decode(errors="replace")


MOMENTS = st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 2))  # noqa: DTZ001  its zone is given
ACTORS = st.builds(Actor, user=st.just("U1") | NAMES, team=st.just("T1"))
ENTRIES = st.builds(
    AuditEntry,
    id=st.integers(1, 10**9),
    at=MOMENTS,
    event=st.sampled_from(Event),
    case=st.none() | st.integers(1, 10**9),
    actor=st.none() | ACTORS,
    verb=st.none() | st.sampled_from([*VERBS]) | NAMES,
    vendor=st.none() | NAMES,
    call=st.none() | IDS,
    title=st.none() | NAMES,
    people=many(NAMES, 400).map(tuple) | st.just(("&" * 500,) * 400),
    reason=NAMES | st.just("&" * 2000),
    state=st.none() | st.sampled_from(State),
    detail=NAMES | st.just("&" * 9000),
)
DAMAGED = st.builds(
    DamagedEntry,
    id=st.integers(1, 10**9),
    at=st.just(UNDATED) | MOMENTS,
    event=st.sampled_from([Event.DAMAGED, Event.NEWER]),
    case=st.none() | st.integers(1, 10**9),
    detail=st.just("Audit entry 7 does not fit its hash."),
    text=st.text(max_size=500) | st.just("&" * 500) | st.binary(max_size=500).map(decoded),
)
FILTERS = st.builds(
    AuditQuery,
    case=st.none() | st.integers(1, 10**9),
    before=st.none() | st.integers(1, 10**9),
    limit=st.just(10),
    person=st.none() | NAMES.map(lambda name: name[:100]),
    by=st.none() | st.sampled_from(["U012AB3CD", "U-MARY", "<!here>"]),
    verbs=st.lists(st.sampled_from([*VERBS, "<!here>"]), unique=True).map(tuple),
    vendor=st.none() | st.sampled_from(Vendor),
    state=st.none() | st.sampled_from(State),
    since=st.none() | MOMENTS,
    until=st.none() | MOMENTS,
)


@ANYTHING
@given(many(ENTRIES | DAMAGED, MAX_ENTRIES + 2), FILTERS)
def test_any_entries_make_a_sound_page(entries: list[AuditEntry], which: AuditQuery) -> None:
    valid_message(audit_message(entries, which))


@ANYTHING
@given(FILTERS, NAMES)
def test_any_search_fills_in_a_sound_form(which: AuditQuery, name: str) -> None:
    state = SearchState(
        opened=NOW, zone="Pacific/Auckland", reply_url="https://hooks.slack.com/commands/T1/2/3"
    )
    view = search_form(state, which, tuple(Vendor), name)
    assert check(view["blocks"], "modal") == []
    assert len(view["private_metadata"]) <= 3000


@ANYTHING
@given(
    CASES,
    many(ENTRIES | DAMAGED, 30).map(tuple),
    many(CASES, 20).map(tuple),
    st.integers(0, 20),
)
def test_any_life_is_told_soundly(
    case: Case, entries: tuple[AuditEntry, ...], undone: tuple[Case, ...], page: int
) -> None:
    valid_message(case_message(CaseHistory(case=case, entries=entries, undone=undone), FULL, page))


def test_the_way_to_older_entries_keeps_what_is_looked_for() -> None:
    which = AuditQuery(person="alice", by="U012AB3CD", since=NOW, verbs=tuple(VERBS))
    entries = [AuditEntry(id=n, at=NOW, event=Event.REFUSED) for n in range(30, 20, -1)]
    (older, search) = elements(valid_message(audit_message(entries, which)).blocks)
    assert load(AuditValue, older["value"]).which == which.model_copy(update={"before": 21})
    assert load(AuditValue, search["value"]).which == which


def test_a_request_does_not_say_for_ever_that_it_is_in_progress() -> None:
    """An entry tells what was so then; how it stands is told by the later entries and the case."""
    asked = AuditEntry(id=1, at=NOW, event=Event.REQUESTED, case=7, state=State.ASKED)
    done = AuditEntry(id=2, at=NOW, event=Event.OUTCOME, case=7, state=State.CONFIRMED)
    shown = words(valid_message(audit_message([done, asked], AuditQuery())))
    assert "progress" not in shown
    assert shown.count("✅ confirmed") == 1


def test_an_outcome_is_told_once_and_options_in_words() -> None:
    """What is kept names the state and the person once more; entries of earlier releases too."""
    about = {"at": NOW, "case": 7, "verb": "mute", "people": ("Ann (ann)",), "title": "Raid"}
    done = AuditEntry(
        id=2,
        event=Event.OUTCOME,
        state=State.CONFIRMED,
        detail="Ann: confirmed. They are muted.",
        **about,
    )
    doubt = AuditEntry(
        id=3,
        event=Event.OUTCOME,
        state=State.NOT_CONFIRMED,
        detail="Ann: not confirmed. The answer was lost.",
        **about,
    )
    asked = AuditEntry(id=1, event=Event.REQUESTED, detail="tracks=audio", **about)
    shown = words(valid_message(audit_message([doubt, done, asked], AuditQuery())))
    assert "“Raid” · They are muted." in shown
    assert "“Raid” · The answer was lost." in shown
    assert "“Raid” · tracks: audio" in shown
    assert "✅ confirmed · case #7" in shown
    assert "outcome" not in shown


def test_the_form_asks_for_days_on_the_readers_clocks_and_keeps_them() -> None:
    state = SearchState(opened=NOW, zone="Asia/Tokyo")
    tokyo = ZoneInfo("Asia/Tokyo")
    which = AuditQuery(
        since=datetime(2026, 11, 20, tzinfo=tokyo), until=datetime(2026, 11, 22, tzinfo=tokyo)
    )
    view = search_form(state, which, tuple(Vendor))
    labels = [block["label"]["text"] for block in view["blocks"]]
    assert labels == [
        "Moderator",
        "Person",
        "Action",
        "Vendor",
        "Result",
        "From (Asia/Tokyo)",
        "To (Asia/Tokyo)",
    ]
    days = [block["element"].get("initial_date") for block in view["blocks"]][-2:]
    assert days == ["2026-11-20", "2026-11-21"]
    values: dict[str, Any] = {
        block["block_id"]: {block["block_id"]: {}} for block in view["blocks"]
    }
    for name, day in zip((SINCE, UNTIL), days, strict=True):
        values[name] = {name: {"selected_date": day}}
    _, read = read_search(
        {"private_metadata": view["private_metadata"], "state": {"values": values}}
    )
    assert read == which


def test_utc_is_called_utc() -> None:
    view = search_form(SearchState(opened=NOW, zone="Etc/UTC"), AuditQuery(), tuple(Vendor))
    assert "Etc/" not in str(view["blocks"])


def test_every_state_has_one_label_everywhere() -> None:
    """In cases, the audit log, its search form, digests, and as words that may be typed."""
    labels = [
        "in progress",
        "confirmed",
        "already so",
        "partly",
        "unknown",
        "refused",
        "failed",
    ]
    assert [state.label for state in State] == labels
    assert [state_words(state).partition(" ")[2] for state in State] == labels
    view = search_form(SearchState(opened=NOW), AuditQuery(), tuple(Vendor))
    (results,) = (item["element"] for item in view["blocks"] if item["block_id"] == STATE)
    assert [result["text"]["text"].lower() for result in results["options"]] == labels
    assert [*STATES.values()] == labels
    for state in State:
        for typed in (state.label, state.value):
            assert parse(f"audit state {typed}") == ShowAudit(which=AuditQuery(state=state))


def crowd(number: int) -> Case:
    """A kick of many people, one of whom it missed and one of whom nobody knows about."""
    odd = {number - 1: State.FAILED, number - 2: State.NOT_CONFIRMED}
    results = tuple(
        Result(
            person=f"p{n}",
            name="N" * 300,
            state=odd.get(n, State.CONFIRMED),
            evidence="e" * 500,
            next_step="s" * 500,
            attempts=3,
        )
        for n in range(number)
    )
    people = tuple(Person(id=f"p{n}") for n in range(number))
    return Case(
        number=7,
        act=Act(verb=Kick(), call=ref(), title="Raid", people=people),
        actor=Actor(user="U7", team="T1"),
        asked_at=NOW,
        finished_at=NOW,
        state=State.PARTLY,
        results=results,
        channel="C0OPS",
    )


def test_three_hundred_people_are_counted_and_paged_with_what_wants_an_eye_first() -> None:
    life = CaseHistory(case=crowd(300))
    first = valid_message(case_message(life, FULL))
    shown = words(first)
    assert "1 ❓ unknown · 1 ❌ failed · 298 ✅ confirmed · page 1 of 15" in shown
    assert shown.index("`p298`") < shown.index("`p299`") < shown.index("`p0`")
    assert shown.count("(3 attempts)") == PER_PAGE
    (more,) = [
        element for element in elements(first.blocks) if route(element["action_id"]) == "case.page"
    ]
    assert load(CaseValue, more["value"]).page == 1
    last = words(valid_message(case_message(life, FULL, 99)))
    assert "page 15 of 15" in last
    assert "`p297`" in last


def test_who_joined_and_what_took_it_back_is_told() -> None:
    case = crowd(1).model_copy(update={"number": 128})
    block = case.act.model_copy(update={"verb": Block()})
    undo = case.act.model_copy(update={"verb": Unblock()})
    joined = AuditEntry(
        id=2,
        at=NOW,
        event=Event.JOINED,
        case=128,
        actor=Actor(user="U8", team="T1"),
        reason="me too",
    )
    refused = AuditEntry(id=3, at=NOW, event=Event.REFUSED, case=128, detail="Another order.")
    back = case.model_copy(update={"number": 130, "act": undo, "state": State.CONFIRMED})
    life = CaseHistory(
        case=case.model_copy(update={"act": block}), entries=(joined, refused), undone=(back,)
    )
    shown = words(valid_message(case_message(life, FULL)))
    assert "*Also asked for by* <@U8>" in shown
    assert "reason: me too" in shown
    assert "*Refused*" in shown
    assert "*Undone by* case #130: unblocked p0" in shown
    assert "in <#C0OPS>" in shown


def test_a_case_asked_in_a_direct_message_says_so() -> None:
    case = crowd(1).model_copy(update={"channel": "D0MIRA"})
    assert "in a direct message" in words(valid_message(case_message(CaseHistory(case=case), FULL)))


def test_a_digests_channel_is_shown_as_slack_shows_one() -> None:
    entry = AuditEntry(id=1, at=NOW, event=Event.SUBSCRIBED, detail="A digest for C0OPS, every day")
    shown = words(valid_message(audit_message([entry], AuditQuery())))
    assert "A digest for <#C0OPS>, every day" in shown
