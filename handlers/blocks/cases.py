"""A case in short: one line in the moderation channel, or a private answer."""

from collections.abc import Sequence

from bot.calls.acts import Act, Person
from bot.calls.cases import Acceptance, AcceptResult, Case
from bot.calls.outcomes import Observation, Result, Seen, State
from bot.calls.rights import Rights
from bot.calls.verbs import Aim
from handlers.blocks.action_values import CASE, CASE_AGAIN, CASE_CHECK, CASE_UNDO, CaseValue
from handlers.blocks.elements import actions, button, paragraph, section, text_of, with_confirmation
from handlers.blocks.message import Block, Message
from handlers.blocks.refusals import for_admins
from handlers.blocks.text import code, count, dots, mrkdwn, named, when, who

NAMED = 3
"""People named in one line; the rest are counted."""

SHOWN_RESULTS = 20

NOTHING_DONE = "Nothing was done"
"""What is said of what failed: the vendor said no, or was never asked."""

MARKS = {
    State.ASKED: "⏳",
    State.CONFIRMED: "✅",
    State.ALREADY: "☑️",
    State.PARTLY: "⚠️",
    State.NOT_CONFIRMED: "❓",
    State.REFUSED: "⛔",
    State.FAILED: "❌",
}
"""One sign for each state, always beside its word."""

SEEN = {
    Seen.DONE: "✅ done",
    Seen.NOT_DONE: "❌ not done when last read",
    Seen.UNKNOWABLE: "❓ unknown",
}
"""What the vendor shows of an act when it is read again."""


def state_words(state: State) -> str:
    """A state with its sign: `✅ confirmed`."""
    return f"{MARKS[state]} {state.label}"


def deed(case: Case, where: str = "") -> str:
    """What was asked, as its state has it: `kicked Alice from “Support room”`, `kick Alice from …`.

    Of an act on everyone, with how many it reached; `where` stands behind whom it is aimed at.
    """
    verb, aim = case.act.verb, _aim(case, where)
    match case.state:
        case State.ASKED:
            return f"{verb.doing} {aim}"
        case State.CONFIRMED:
            return f"{verb.done} {aim}"
        case State.NOT_CONFIRMED:
            return f"{_lower(verb.do)} {aim} may or may not have happened"
        case State.ALREADY:
            return f"no need to {_lower(verb.do)} {aim}"
    return f"{_lower(verb.do)} {aim}"


def _aim(case: Case, where: str) -> str:
    return f"{aim_words(case.act, case.reached)}{_reach(case)}{where}"


def _reach(case: Case) -> str:
    """For how many of everyone it is so: `, 43 of 43`; "" where that stands behind whom it aims at.

    Numbers stand there beside how many protected people are left out.
    """
    done, of = case.reached or (0, 0)
    return f", {done} of {of}" if of and not _counts_left_out(case.act) else ""


def _counts_left_out(act: Act) -> bool:
    return bool(act.left_out) and act.present is not None


def _told(case: Case, where: str) -> str:
    """How it stands with what was asked: `Could not kick Alice from “Support room”`."""
    if case.state.open:
        asked = f"{case.state.label}: {_lower(case.act.verb.do)} {_aim(case, where)}"
        return ", ".join(part for part in (asked, so_far(case)) if part)
    return BEFORE.get(case.state, f"{case.state.label}: ") + deed(case, where)


BEFORE = {
    State.CONFIRMED: "",
    State.ALREADY: "",
    State.NOT_CONFIRMED: "Unknown: ",
    State.FAILED: "Could not ",
}
"""What stands before a deed whose state is not told by its label."""


def _lower(sentence: str) -> str:
    """The sentence as it stands behind a colon."""
    return sentence[:1].lower() + sentence[1:]


def order_words(act: Act) -> str:
    """What is to be done, in words: `Kick Alice from “Support room”`."""
    return f"{act.verb.do} {aim_words(act)}"


def aim_words(act: Act, reached: tuple[int, int] | None = None) -> str:
    """At whom, in which call, with options that are not the usual ones: `Alice in “X” (video)`.

    A list of texts is told as it was typed: `(Go on? | Yes | No)`. `reached`: for how many of
    everyone it is so, of how many that were meant, once that is known.
    """
    title = f"“{mrkdwn(act.title, 80, empty='Untitled call')}”"
    target = title if act.verb.aim is Aim.CALL else f"{_target(act, reached)} {act.verb.of} {title}"
    values = act.verb.model_dump(mode="json", exclude_defaults=not act.verb.spelt_out).values()
    words = [word for value in values for word in (value if isinstance(value, list) else [value])]
    options = " | ".join(mrkdwn(str(word), 64) for word in words)
    return f"{target} ({options})" if options else target


def _target(act: Act, reached: tuple[int, int] | None = None) -> str:
    if not act.everyone:
        return _named(act.people)
    asked = [person for person in act.spared if not person.protected]
    whom = f"everyone except {_named(asked)}" if asked else "everyone"
    if act.protected_too:
        return f"{whom}, protected people included,"
    return f"{whom} ({_left_out(act, reached)})" if act.left_out else whom


def _left_out(act: Act, reached: tuple[int, int] | None) -> str:
    """`43 of 44; 1 protected person left out`; without numbers where not all could be counted.

    The first number is who is meant, and once it is known for whom it is so, how many those are.
    """
    left = count(len(act.left_out), "protected person", "protected people")
    if act.present is None:
        return f"{left} left out"
    done, of = reached or (act.present - len(act.spared),) * 2
    return f"{done} of {of + len(act.spared)}; {left} left out"


def _named(people: Sequence[Person]) -> str:
    """`Ann`, `Ann and Bob`, `Ann, Bob, Cem and 4 more`."""
    shown = [mrkdwn(person.shown, 60) for person in people[:NAMED]]
    more = [f"{len(people) - NAMED} more"] if len(people) > NAMED else []
    *before, last = [*shown, *more] or [""]
    return f"{', '.join(before)} and {last}" if before else last


def case_line(case: Case, by: str = "") -> str:
    """One compact mrkdwn line: state, number, deed, call, who, why, when.

    `by` names who asked where a mention would notify them.
    """
    act = case.act
    where = f" ({act.call.vendor.label}, {code(act.handle)})"
    return dots(
        (
            f"{MARKS[case.state]} *#{case.number}* {_told(case, where)}",
            f"by {by or who(case.actor.user)}",
            f"reason: {mrkdwn(case.reason, 120)}" if case.reason else "",
            case.state.label if case.state.settled else "",
            when(case.finished_at or case.asked_at),
        )
    )


TROUBLE = {State.PARTLY, State.NOT_CONFIRMED, State.REFUSED, State.FAILED}
"""States after which somebody has to look: the asker is called to the case's thread."""


def line_message(case: Case, by: str = "", *, undoable: bool = False) -> Message:
    """The case's line in the moderation channel, for everybody there; later states edit it.

    `by` names the asker without calling them: Slack notifies whoever a posted message mentions.
    `undoable`: the vendor can take the act back. Whoever presses is judged by what they may do.
    """
    states = {result.state for result in case.results}
    value = CaseValue(number=case.number, attempt=case.attempt)
    row = [
        button(f"Case #{case.number}", CASE, value),
        _undo(case, value) if undoable else None,
        button("Check again", CASE_CHECK, value) if State.NOT_CONFIRMED in states else None,
        _again("Try again", case, value) if State.FAILED in states else None,
    ]
    buttons = actions(row, f"line.{case.number}.{case.attempt}.{case.state}")
    lines = "\n".join([case_line(case, by), *notes(case)])
    return Message(spoken(case), [section(lines), *buttons])


def trouble_message(case: Case) -> Message:
    """The message to the asker, in the thread of a case's line that did not go as asked."""
    asker = who(case.actor.user)
    first = f"{asker} {MARKS[case.state]} *#{case.number}* {_told(case, '')}"
    wanting = [result for result in case.results if not result.state.settled]
    return Message(text_of(asker, spoken(case)), [paragraph([first, *_below(case, wanting)])])


def answer_message(
    case: Case, rights: Rights, *, joined: bool = False, diagnosis: str = ""
) -> Message:
    """What the asker is told: how it went and why, or that it is in progress.

    `joined`: somebody else had asked for it before. `rights` are the reader's. `diagnosis` is why
    its vendor cannot be reached now, for those who are told.
    """
    before = _asked_before(case) if joined else ""
    if case.state.open:
        return _saying(before or working(case), case)
    open_points = [result for result in case.results if result.state is not State.CONFIRMED]
    lines = [before, case_line(case), *notes(case), *_below(case, open_points)]
    return Message(
        spoken(case),
        [
            paragraph([line for line in lines if line]),
            *case_buttons(case, rights if open_points else None),
            *for_admins(diagnosis if rights.technical and not case.state.settled else ""),
        ],
    )


def asked_message(acceptance: Acceptance) -> Message:
    """The immediate answer to an order: that it is in progress or done, under which number."""
    case = acceptance.case
    if acceptance.how is AcceptResult.REPEATED:
        return _saying(f"Already requested: case #{case.number}.", case)
    return _saying(
        _asked_before(case) if acceptance.how is AcceptResult.JOINED else working(case), case
    )


def so_far(case: Case) -> str:
    """How far an open case is, `120 of 300 so far`; empty where that is not known."""
    progress = case.progress if case.state.open else None
    if progress is None or not progress.done:
        return ""
    return (
        f"{progress.done} of {progress.total} so far"
        if progress.total
        else f"{progress.done} so far"
    )


def working(case: Case) -> str:
    """That a case is in progress, under which number, and how far it is."""
    words = f"Working on it: {_lower(order_words(case.act))} (case #{case.number})."
    return f"{words} {told}." if (told := so_far(case)) else words


def _asked_before(case: Case) -> str:
    return f"{who(case.actor.user)} already asked for this: case #{case.number}."


def _saying(words: str, case: Case) -> Message:
    """One sentence about a case, and the way to it."""
    return Message(text_of(words), [paragraph([words]), *case_buttons(case, None)])


def check_message(case: Case, seen: Sequence[Observation], rights: Rights) -> Message:
    """What reading the vendor shows now for a case, for each part of it in order.

    How the case ended is not said again: what is read now may have settled it.
    """
    parts = case.act.each()
    lines = [
        f"• {SEEN[shown.seen]} · {_target(part) or 'The call'}: {mrkdwn(shown.evidence)}"
        for part, shown in zip(parts, seen, strict=False)
    ][:SHOWN_RESULTS]
    asked = _lower(order_words(case.act))
    first = f"{case.act.call.vendor.label} was checked again for case #{case.number} ({asked}):"
    done = all(observation.seen is Seen.DONE for observation in seen)
    return Message(
        text_of(f"Case #{case.number} was checked again."),
        [
            paragraph([first, *lines]),
            *case_buttons(case, None if done else rights),
        ],
    )


def _below(case: Case, results: Sequence[Result]) -> list[str]:
    """What stands below a case's line: of one person, who is named in it, only what is new."""
    if len(case.results) == 1 and not case.act.everyone:
        return [_evidence(result) for result in results]
    return _result_lines(results)


def _result_lines(results: Sequence[Result]) -> list[str]:
    """Each person's outcome with its evidence and what to do; what is not confirmed comes first."""
    wanting_first = sorted(results, key=lambda result: result.state.settled)
    lines = [result_line(result) for result in wanting_first[:SHOWN_RESULTS]]
    if len(results) > SHOWN_RESULTS:
        lines.append(f"and {len(results) - SHOWN_RESULTS} more")
    return lines


def notes(case: Case) -> list[str]:
    """The notes of a case's results, each once: what was not touched and may seem done."""
    return [mrkdwn(note) for note in dict.fromkeys(result.note for result in case.results) if note]


def result_line(result: Result) -> str:
    """How it went for one person, or the call: state, who, evidence, attempts, and what to do."""
    others = f"{result.count} more" if result.count else "The call"
    subject = others if result.person is None else named(result.name, result.person, bolded=False)
    return f"• {state_words(result.state)} · {subject}: {_evidence(result)}"


def _evidence(result: Result) -> str:
    """How that is known, after how many attempts, and what to do."""
    evidence = mrkdwn(result.evidence, 200, empty="nothing is known").rstrip(".")
    tries = f" ({result.attempts} attempts)" if result.attempts > 1 else ""
    todo = f" {mrkdwn(result.next_step, 150)}" if result.next_step else ""
    words = f"{evidence}{tries}.{todo}"
    if result.state is State.FAILED and NOTHING_DONE not in words:
        words = f"{evidence}{tries}. {NOTHING_DONE}.{todo}"
    return words


def case_buttons(case: Case, rights: Rights | None, *, show: bool = True) -> list[Block]:
    """The buttons below a case: check again, do it again or undo it, and show all of it.

    `rights` are the reader's: a private card has no act that they may not do. None where there is
    nothing to do or to check.
    """
    value = CaseValue(number=case.number, attempt=case.attempt)
    states = {result.state for result in case.results} if rights is not None else set()
    may = rights is not None and rights.may_order(case.unsettled)
    unsure, failed = State.NOT_CONFIRMED in states, State.FAILED in states
    row = [
        button("Check again", CASE_CHECK, value) if unsure else None,
        _again("Do it again", case, value) if unsure and may else None,
        _again("Try again", case, value) if failed and not unsure and may else None,
        button(f"Case #{case.number}", CASE, value) if show else None,
    ]
    return actions(row, f"case.{case.number}.{case.attempt}.{case.state}")


def _again(label: str, case: Case, value: CaseValue) -> Block | None:
    """Doing it again; a heavy act asks first."""
    pressed, act = button(label, CASE_AGAIN, value), case.unsettled
    if not act.heavy:
        return pressed
    question = f"{order_words(act)}. {act.verb.warning}"
    return with_confirmation(pressed, question, act.verb.label)


def _undo(case: Case, value: CaseValue) -> Block | None:
    """Taking it back; what is not asked for in a form is asked before."""
    act = case.undo
    if act is None:
        return None
    pressed = button("Undo", CASE_UNDO, value)
    return (
        pressed if act.heavy else with_confirmation(pressed, f"{order_words(act)}?", act.verb.label)
    )


def spoken(case: Case) -> str:
    """The case in one plain text, for notifications and screen readers; its state first."""
    return text_of(f"Case #{case.number} {case.state.label}: {deed(case)}.")
