"""A case told in short: one line in the moderation channel, or a private answer."""

from collections.abc import Sequence

from bot.calls.acts import Act, Person
from bot.calls.cases import Acceptance, Case, How
from bot.calls.outcomes import Observation, Result, Seen, State
from bot.calls.verbs import Aim
from handlers.blocks.message import Block, Message
from handlers.blocks.parts import (
    actions,
    asking,
    button,
    paragraph,
    section,
    text_of,
)
from handlers.blocks.text import code, dots, mrkdwn, who
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


SEEN = {
    Seen.DONE: "it is so now",
    Seen.NOT_DONE: "it is not so",
    Seen.UNKNOWABLE: "it cannot be known",
}
"""What reading the vendor back shows, in words."""


def state_words(state: State) -> str:
    """A state with its sign: `✅ confirmed`."""
    return f"{MARKS[state]} {state.label}"


def deed(case: Case) -> str:
    """What was asked, in words: `kicked Alice from “Support room”`."""
    act = case.act
    verb = act.verb.done if case.state is State.CONFIRMED else act.verb.doing
    return f"{verb} {aim_words(act)}"


def order_words(act: Act) -> str:
    """What is to be done, in words: `Kick Alice from “Support room”`."""
    return f"{act.verb.do} {aim_words(act)}"


def aim_words(act: Act) -> str:
    """At whom, in which call, with options that are not the usual ones: `Alice in “X” (video)`.

    A list of texts is told as it was typed: `(Go on? | Yes | No)`.
    """
    title = f"“{mrkdwn(act.title, 80, empty='Untitled call')}”"
    target = title if act.verb.aim is Aim.CALL else f"{_target(act)} {act.verb.of} {title}"
    values = act.verb.model_dump(mode="json", exclude_defaults=not act.verb.spelt_out).values()
    words = [word for value in values for word in (value if isinstance(value, list) else [value])]
    options = " | ".join(mrkdwn(str(word), 64) for word in words)
    return f"{target} ({options})" if options else target


def _target(act: Act) -> str:
    if not act.everyone:
        return _named(act.people)
    return f"everyone except {_named(act.spared)}" if act.spared else "everyone"


def _named(people: Sequence[Person]) -> str:
    """`Ann`, `Ann and Bob`, `Ann, Bob, Cem and 4 more`."""
    shown = [mrkdwn(person.shown, 60) for person in people[:NAMED]]
    more = [f"{len(people) - NAMED} more"] if len(people) > NAMED else []
    *before, last = [*shown, *more] or [""]
    return f"{', '.join(before)} and {last}" if before else last


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
    return Message(spoken(case), [section(case_line(case))])


def answer_message(case: Case) -> Message:
    """What the asker is told: the line, and what went wrong or is not known."""
    open_points = [one for one in case.results if one.state is not State.CONFIRMED]
    blocks = [paragraph([case_line(case), *_result_lines(open_points)])]
    return Message(spoken(case), [*blocks, *case_buttons(case, again=bool(open_points))])


def asked_message(acceptance: Acceptance) -> Message:
    """What is said at once: the order is written down, and under which number."""
    case = acceptance.case
    first = {
        How.NEW: "Written down; the outcome follows here.",
        How.REPEATED: "This order was written down before.",
        How.JOINED: "The same is being done already; this is its case.",
    }[acceptance.how]
    return Message(
        text_of(first, f"Case #{case.number}."),
        [paragraph([first, case_line(case)]), *case_buttons(case, again=False)],
    )


def check_message(case: Case, seen: Sequence[Observation]) -> Message:
    """What reading the vendor shows now for a case, for each part of it in order."""
    parts = case.act.each()
    lines = [
        f"• {_target(part) or 'The call'}: {SEEN[one.seen]}. {mrkdwn(one.evidence)}"
        for part, one in zip(parts, seen, strict=False)
    ][:SHOWN_RESULTS]
    first = f"{case.act.call.vendor.label} was read again. {case_line(case)}"
    done = all(one.seen is Seen.DONE for one in seen)
    return Message(
        text_of(f"Case #{case.number} was checked again."),
        [paragraph([first, *lines]), *case_buttons(case, again=not done)],
    )


def _result_lines(results: Sequence[Result]) -> list[str]:
    """Each person's outcome with its evidence and what to do; what is not confirmed comes first."""
    wanting_first = sorted(results, key=lambda one: one.state is State.CONFIRMED)
    lines = [result_line(result) for result in wanting_first[:SHOWN_RESULTS]]
    if len(results) > SHOWN_RESULTS:
        lines.append(f"and {len(results) - SHOWN_RESULTS} more")
    return lines


def result_line(result: Result) -> str:
    """How it went for one person, or the call: state, evidence, attempts, and what to do."""
    subject = mrkdwn(result.name or result.person or "The call", 60)
    known = f" {code(result.person)}" if result.person else ""
    evidence = mrkdwn(result.evidence, 200, empty="nothing is known").rstrip(".")
    tries = f" ({result.attempts} attempts)" if result.attempts > 1 else ""
    todo = f" {mrkdwn(result.next_step, 150)}" if result.next_step else ""
    return f"• {subject}{known}: {state_words(result.state)}{tries}: {evidence}.{todo}"


def case_buttons(case: Case, *, again: bool, show: bool = True) -> list[Block]:
    """Looking again and doing it again, where something is not confirmed; the whole case."""
    value = CaseValue(number=case.number, attempt=case.attempt)
    unsure = again and any(one.state is State.NOT_CONFIRMED for one in case.results)
    row = [
        button("Check again", CASE_CHECK, value) if unsure else None,
        _again(case, value) if unsure else None,
        button(f"Case #{case.number}", CASE, value) if show else None,
    ]
    return actions(row, f"case.{case.number}.{case.attempt}.{case.state}")


def _again(case: Case, value: CaseValue) -> Block | None:
    """Doing it again; a heavy act asks first."""
    pressed, act = button("Do it again", CASE_AGAIN, value), case.unsettled
    if not act.heavy:
        return pressed
    question = f"{order_words(act)}. {act.verb.warning}"
    return asking(pressed, question, act.verb.label)


def spoken(case: Case) -> str:
    """The case for notifications and screen readers."""
    return text_of(f"Case #{case.number}: {deed(case)}: {case.state.label}.")
