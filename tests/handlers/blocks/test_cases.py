"""Every case, whatever came of it, is told soundly and offers what may be done about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.audit_filter import AuditQuery
from bot.calls.case_history import CaseHistory
from bot.calls.cases import Acceptance, AcceptResult, AuditEntry, Case, Event
from bot.calls.outcomes import Observation, Progress, Result, Seen, State
from bot.calls.verbs import Block, Kick, Mute, RecordStart, Unblock, Verb
from handlers.blocks.action_values import (
    AuditValue,
    load,
)
from handlers.blocks.audit import audit_message
from handlers.blocks.case_history import case_message
from handlers.blocks.cases import (
    answer_message,
    asked_message,
    check_message,
    line_message,
)
from tests.fakes.blocks import (
    ANYTHING,
    CASES,
    NOW,
    elements,
    ended_case,
    ref,
    valid_message,
    words,
)
from tests.fakes.rights import FULL


@ANYTHING
@given(CASES, st.sampled_from(AcceptResult))
def test_any_case_is_told_soundly(case: Case, how: AcceptResult) -> None:
    seen = [Observation(seen=Seen.NOT_DONE, evidence=case.reason) for _ in case.act.each()]
    for message in (
        line_message(case),
        answer_message(case, FULL),
        case_message(CaseHistory(case=case), FULL),
        asked_message(Acceptance(case=case, how=how)),
        check_message(case, seen, FULL),
    ):
        assert f"#{case.number}" in words(valid_message(message))


@pytest.mark.parametrize(("verb", "asks"), [(Kick(), False), (Block(), True)])
def test_doing_a_heavy_act_again_asks_first(verb: Verb, *, asks: bool) -> None:
    doubt = Result(person="a", state=State.NOT_CONFIRMED, evidence="the answer was lost")
    case = Case(
        number=128,
        act=Act(verb=verb, call=ref(), title="Raid", people=(Person(id="a", name="x" * 200),)),
        actor=Actor(user="U7", team="T1"),
        asked_at=NOW,
        state=State.NOT_CONFIRMED,
        results=(doubt,),
    )
    (again,) = [
        element
        for element in elements(valid_message(answer_message(case, FULL)).blocks)
        if "again" in element["action_id"]
    ]
    assert ("confirm" in again) is asks
    if asks:
        assert verb.warning in again["confirm"]["text"]["text"]


def test_not_confirmed_can_be_checked_and_done_again() -> None:
    result = Result(
        person="a", name="Alice", state=State.NOT_CONFIRMED, evidence="the answer was lost"
    )
    case = Case(
        number=128,
        act=Act(verb=Kick(), call=ref(), title="Raid", people=(Person(id="a"),)),
        actor=Actor(user="U7", team="T1"),
        asked_at=NOW,
        state=State.NOT_CONFIRMED,
        results=(result,),
        reason="rude",
    )
    labels = {e["text"]["text"] for e in elements(answer_message(case, FULL).blocks)}
    assert {"Check again", "Do it again", "Case #128"} == labels
    line = words(line_message(case))
    for part in (
        "❓ *#128* Unknown: kick a from “Raid”",
        "may or may not have happened",
        "Stream Video",
        "<@U7>",
        "reason: rude",
    ):
        assert part in line


def test_what_was_so_already_is_never_called_confirmed() -> None:
    so = Result(person="a", name="Ann", state=State.ALREADY, evidence="They are not blocked.")
    shown = words(answer_message(ended_case(Unblock(), so), FULL))
    assert "☑️ *#9* no need to unblock Ann in “Raid”" in shown
    assert "They are not blocked." in shown
    assert "confirmed" not in shown


def test_the_question_before_an_undo_shows_a_title_as_it_is() -> None:
    """A dialog's text is plain: Slack's escapes would be shown as they are."""
    act = Act(verb=RecordStart(), call=ref(), title="Maths <group B> & friends")
    done = Result(state=State.CONFIRMED, evidence="It runs.")
    asked = ended_case(Unblock(), done).model_copy(update={"act": act})
    (dialog,) = (
        element["confirm"]
        for element in elements(valid_message(line_message(asked, undoable=True)).blocks)
        if "confirm" in element
    )
    assert dialog["text"]["text"] == "Stop recording “Maths <group B> & friends”?"


def test_an_act_on_everyone_says_for_how_many_it_is_so() -> None:
    done = [
        Result(person=f"p{n}", name=f"Guest {n}", state=State.CONFIRMED, evidence="Seen.")
        for n in range(42)
    ]
    late = Result(person="z", name="Zed", state=State.NOT_CONFIRMED, evidence="Still sends.")
    assert "everyone in “Raid”, 42 of 42" in words(
        answer_message(ended_case(Mute(), *done, everyone=True), FULL)
    )
    partly = words(answer_message(ended_case(Mute(), *done, late, everyone=True), FULL))
    assert "everyone in “Raid”, 42 of 43" in partly
    assert "❓ unknown · Zed `z`: Still sends." in partly
    beyond = Result(state=State.FAILED, evidence="Not listed.", count=7)
    assert "42 of 49" in words(
        answer_message(ended_case(Mute(), *done, beyond, everyone=True), FULL)
    )


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (Progress(done=120, total=300), "120 of 300 so far"),
        (Progress(done=7), "7 so far"),
        (Progress(total=300), None),
        (None, None),
    ],
)
def test_an_open_case_says_how_far_it_is(progress: Progress | None, said: str | None) -> None:
    asked = ended_case(Kick(), everyone=True).model_copy(
        update={"state": State.ASKED, "progress": progress}
    )
    for message in (line_message(asked), answer_message(asked, FULL)):
        assert said is None or said in words(message)
        assert said is not None or "so far" not in words(message)


def test_the_record_pages_back() -> None:
    entries = [
        AuditEntry(
            id=n,
            at=NOW,
            event=Event.OUTCOME,
            case=7,
            actor=Actor(user="U1", team="T"),
            verb="kick",
            title="<!here>",
            people=("a", "b", "c", "d"),
            reason="r",
            state=State.CONFIRMED,
            detail="gone",
        )
        for n in range(60, 0, -1)
    ]
    message = valid_message(audit_message(entries, AuditQuery(limit=60)))
    older = [e for e in elements(message.blocks) if e["action_id"] == "audit"]
    assert load(AuditValue, older[0]["value"]).which.before == 21
    last = valid_message(audit_message(entries[-3:], AuditQuery()))
    assert [e["action_id"] for e in elements(last.blocks)] == ["audit.search"]
    assert "No entries match" in words(valid_message(audit_message([], AuditQuery())))


def test_a_bulk_act_shows_first_whom_it_missed() -> None:
    results = tuple(
        Result(
            person=f"p{n}",
            state=State.FAILED if n == 29 else State.CONFIRMED,
            evidence="gone",
        )
        for n in range(30)
    )
    case = Case(
        number=7,
        act=Act(verb=Kick(), call=ref(), title="Raid", everyone=True),
        actor=Actor(user="U7", team="T1"),
        asked_at=NOW,
        state=State.PARTLY,
        results=results,
        reason="r" * 2000,
    )
    shown = words(valid_message(case_message(CaseHistory(case=case), FULL)))
    assert "❌ failed · `p29`: gone." in shown
    assert "1 ❌ failed · 29 ✅ confirmed · page 1 of 2" in shown
    assert "r" * 2000 in shown
