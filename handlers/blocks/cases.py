"""A case told: one line in the moderation channel, a private answer, or its whole life."""

from collections.abc import Sequence

from bot.calls.cases import Case
from bot.calls.outcomes import Result, State
from bot.calls.verbs import Aim
from handlers.blocks.message import Block, Message
from handlers.blocks.parts import actions, button, header, paragraph, section, text_of
from handlers.blocks.text import code, dots, mrkdwn, when, who
from handlers.blocks.values import CASE, CASE_AGAIN, CASE_CHECK, CaseValue

NAMED = 3
"""People named in one line; the rest are counted."""

SHOWN_RESULTS = 20

MARKS = {
    State.ASKED: "⏳",
    State.CONFIRMED: "✅",
    State.PARTLY: "⚠️",
    State.NOT_CONFIRMED: "❔",
    State.REFUSED: "⛔",
    State.FAILED: "❌",
}
"""One sign for each state, always beside its word."""


def state_words(state: State) -> str:
    """A state with its sign: `✅ confirmed`."""
    return f"{MARKS[state]} {state.label}"


def deed(case: Case) -> str:
    """What was asked, in words: `kicked Alice from “Support room”`."""
    act = case.act
    verb = act.verb.done if case.state is State.CONFIRMED else act.verb.doing
    options = ", ".join(
        mrkdwn(str(value), 64) for value in act.verb.model_dump(mode="json").values()
    )
    target = "" if act.verb.aim is Aim.CALL else f" {_target(case)}"
    title = f"“{mrkdwn(act.title, 80, empty='Untitled call')}”"
    place = f" {title}" if act.verb.aim is Aim.CALL else f" in {title}"
    return f"{verb}{target}{place}" + (f" ({options})" if options else "")


def _target(case: Case) -> str:
    if case.act.everyone:
        return "everyone"
    people = [mrkdwn(person.shown, 60) for person in case.act.people]
    named = ", ".join(people[:NAMED])
    return f"{named} and {len(people) - NAMED} more" if len(people) > NAMED else named


def case_line(case: Case) -> str:
    """One compact mrkdwn line: number, deed, call, who, why, state."""
    act = case.act
    return dots(
        (
            f"*#{case.number}*",
            f"{deed(case)} ({act.call.vendor.label}, {code(act.handle)})",
            f"by {who(case.actor.user)}",
            f"reason: {mrkdwn(case.reason, 120)}" if case.reason else "",
            state_words(case.state),
        )
    )


def line_message(case: Case) -> Message:
    """The case's line in the moderation channel; later states edit it."""
    return Message(_spoken(case), [section(case_line(case))])


def answer_message(case: Case) -> Message:
    """What the asker is told: the line, and what went wrong or is not known."""
    open_points = [one for one in case.results if one.state is not State.CONFIRMED]
    blocks = [paragraph([case_line(case), *_result_lines(open_points)])]
    return Message(_spoken(case), [*blocks, *_buttons(case, again=bool(open_points))])


def case_message(case: Case) -> Message:
    """The whole life of a case."""
    act = case.act
    call = dots((act.call.vendor.label, code(act.handle), code(act.call.id)))
    blocks = [
        header(f"Case #{case.number}: {act.verb.label}"),
        paragraph(
            (
                f"{state_words(case.state)}: {deed(case)}",
                f"*Call* {call}",
                f"*Asked by* {who(case.actor.user)}, {when(case.asked_at)}",
                f"*Ended* {when(case.finished_at)}" if case.finished_at else "*Ended* not yet",
                f"*Reason* {mrkdwn(case.reason, 500)}" if case.reason else "*Reason* none given",
                *_tries(case),
            )
        ),
    ]
    if case.results:
        blocks.append(paragraph(_result_lines(case.results)))
    return Message(_spoken(case), [*blocks, *_buttons(case, again=True, show=False)])


def _tries(case: Case) -> list[str]:
    """How often it was taken up, where that was more than once."""
    return [f"*Taken up* {case.attempt} times"] if case.attempt > 1 else []


def _result_lines(results: Sequence[Result]) -> list[str]:
    """Each person's outcome with its evidence, and what to do where something is open."""
    lines = [_result_line(result) for result in results[:SHOWN_RESULTS]]
    if len(results) > SHOWN_RESULTS:
        lines.append(f"and {len(results) - SHOWN_RESULTS} more")
    return lines


def _result_line(result: Result) -> str:
    subject = mrkdwn(result.name or result.person or "The call", 60)
    known = f" {code(result.person)}" if result.person else ""
    todo = f" {mrkdwn(result.next_step)}" if result.next_step else ""
    evidence = mrkdwn(result.evidence, 200, empty="nothing is known")
    return f"• {subject}{known}: {state_words(result.state)}. {evidence}{todo and '.' + todo}"


def _buttons(case: Case, *, again: bool, show: bool = True) -> list[Block]:
    """Looking again and doing it again, where something is not confirmed; the whole case."""
    value = CaseValue(number=case.number, attempt=case.attempt)
    unsure = again and any(one.state is State.NOT_CONFIRMED for one in case.results)
    row = [
        button("Check again", CASE_CHECK, value) if unsure else None,
        button("Do it again", CASE_AGAIN, value) if unsure else None,
        button(f"Case #{case.number}", CASE, value) if show else None,
    ]
    return actions(row, f"case.{case.number}.{case.attempt}.{case.state}")


def _spoken(case: Case) -> str:
    """The case for notifications and screen readers."""
    return text_of(f"Case #{case.number}: {deed(case)}: {case.state.label}.")
