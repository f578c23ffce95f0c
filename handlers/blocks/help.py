"""Which commands there are, from the verbs' own words; only what is no verb is described here."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from pydantic.fields import FieldInfo

from bot.calls.actors import Role
from bot.calls.reports import REPORTS, Report
from bot.calls.verbs import VERBS, Heading, Verb
from bot.errors import UnknownWord
from handlers.blocks.elements import header, paragraph, section, text_of
from handlers.blocks.message import Block, Message
from handlers.blocks.text import mrkdwn

FAMILIES: dict[str, tuple[type[Verb], ...]] = {
    first: tuple(verb for verb in VERBS.values() if verb.words[0] == first)
    for first in dict.fromkeys(verb.words[0] for verb in VERBS.values())
}
"""The verbs behind each first word, e.g. `record` → start, stop, pause, resume."""


class Topic(NamedTuple):
    """A subcommand: what it does, and examples without the command itself."""

    summary: str
    examples: tuple[str, ...]
    notes: tuple[str, ...] = ()


def _report(report: Report) -> Topic:
    needs = f"Needs the role {report.least.word}." if report.least > Role.VIEWER else ""
    kept = "That you were given the links is in the audit log."
    notes = (needs, kept if report.disclosing else "")
    return Topic(report.summary, (report.example,), tuple(note for note in notes if note))


LOOKING: dict[str, Topic] = {
    "list": Topic(
        "Live calls, most people first; by vendor, words or page.",
        ("list", "list stream raid", "list page 2", "list cometchat status ended user superhero2"),
        (
            "On CometChat also calls that are over, by what its call log has:",
            "`status` ongoing, ended, unanswered or rejected; `user` and an id;",
            "`type` audio or video; `recording` yes or no.",
        ),
    ),
    "show": Topic("One call and who is in it.", ("show K7QX", "show K7QX page 2")),
    "find": Topic(
        "Where somebody is live now, on any vendor.",
        ("find alice", 'find "Alice Smith"'),
        ("By id, or by any part of the name.",),
    ),
    **{name: _report(report) for name, report in REPORTS.items()},
}
"""Subcommands that come before the verbs."""

RECORD: dict[str, Topic] = {
    "case": Topic("One case: who asked, why, and how it went.", ("case 128",)),
    "audit": Topic(
        "Audit log, newest first; searched by person, moderator, action, vendor, result and time.",
        (
            "audit",
            "audit person alice verb kick since 7d",
            "audit by me state failed",
            "audit search",
            "audit 128",
            "audit before 500",
        ),
        ("A moderator typed as `by @name` is chosen from a list: Slack sends no id for the name.",),
    ),
    "digest": Topic(
        "A report to a channel each day or week: how calls went, and what needs attention.",
        (
            "digest",
            "digest subscribe",
            "digest list",
            "digest edit 3",
            "digest pause 3 until 2026-12-01",
            "digest resume 3",
            "digest stop 3",
            "digest preview 3",
            "digest now 3",
        ),
        (
            "Whoever may see calls may see the list and a preview; the rest needs the role lead.",
            "Every change is in the audit log.",
            "Callwarden has to be in the channel: type /invite @Callwarden there.",
        ),
    ),
    "capabilities": Topic("What each vendor lets you do.", ("capabilities", "capabilities stream")),
    "help": Topic("The commands, or more about one.", ("help", "help kick", "help all")),
}
"""Subcommands that come after the verbs."""

LOOK, KEPT = "View", "Audit and settings"
"""The headings before and after the verbs' own."""


ALL_COMMANDS = "all"
"""The topic that lists every command."""

FIRST = ("list", "show", "find", "mute", "silence", "kick", "block", "lock", "end", "audit")
"""The commands that help begins with."""


def topics() -> dict[str, Topic]:
    """Every subcommand, in the order to show them."""
    verbs = {first: _about(family) for first, family in FAMILIES.items()}
    return {**LOOKING, **verbs, **RECORD}


def _about(family: Sequence[type[Verb]]) -> Topic:
    return Topic(
        " ".join(verb.summary for verb in family),
        tuple(verb.example for verb in family),
    )


def help_message(topic: str | None, command: str) -> Message:
    """The first ten, all on one page, or one with examples. UnknownWord for any other topic."""
    known = topics()
    if topic is None:
        return _first(known, command)
    if topic == ALL_COMMANDS:
        return _overview(known, command)
    if topic not in known:
        raise UnknownWord(f"There is no help on “{topic}”.")
    about = known[topic]
    parts = [_of_verb(verb, command) for verb in FAMILIES.get(topic, ())]
    blocks = [header(f"{command} {topic}"), *(parts or _of_topic(about, command))]
    return Message(text_of(f"{command} {topic}: {about.summary}"), blocks)


def _of_verb(verb: type[Verb], command: str) -> Block:
    """One verb: what it does, an example, the options it takes, and what to know before."""
    options = [_options(field) for field in verb.model_fields.values()]
    rows = (
        mrkdwn(verb.summary, 600),
        f"`{command} {verb.example}`",
        *filter(None, options),
        f"⚠️ {mrkdwn(verb.warning)}",
    )
    return paragraph(rows)


def _options(field: FieldInfo) -> str:
    """The values that are typed as `--value`; empty for what is typed as a word or a text."""
    kind = field.annotation
    if not (isinstance(kind, type) and issubclass(kind, StrEnum)):
        return ""
    known = ", ".join(f"`--{value}`" for value in kind)
    return f"Options: {known}; without one, `--{field.default}`."


def _of_topic(about: Topic, command: str) -> list[Block]:
    """What is no verb: the same, with more examples."""
    rows = [mrkdwn(about.summary, 600), *(f"`{command} {example}`" for example in about.examples)]
    notes = [paragraph([f"• {mrkdwn(note)}" for note in about.notes])] if about.notes else []
    return [paragraph(rows), *notes]


def _first(known: dict[str, Topic], command: str) -> Message:
    """What is needed most, on one screen of a phone, and the way to the rest."""
    rows = [_row(word, known[word]) for word in FIRST]
    more = (
        f"All commands: `{command} help {ALL_COMMANDS}` · More on one: `{command} help kick`",
        "Everything can be clicked, too: open a call and choose *All actions…*",
    )
    blocks = [
        header("Commands"),
        paragraph((f"`{command} kick K7QX alice insulting others`", *rows)),
        paragraph(more),
    ]
    return Message(text_of(f"Commands: {', '.join(FIRST)}. {more[0]}"), blocks)


def _overview(known: dict[str, Topic], command: str) -> Message:
    """Each word with its first sentence, the verbs under their headings; examples are behind it."""
    intro = (
        f"`{command}` alone lists the live calls. Then a command, the call, who and why:",
        f"`{command} kick K7QX alice insulting others`",
        f"Examples: `{command} help kick`",
    )
    notes = (
        "A call is named by its handle (`K7QX`) or its id.",
        'A person is named as shown, `alice` or `"Alice Smith"`, or by an id.',
    )
    blocks = [
        header("All commands"),
        paragraph(intro),
        *(section("\n".join((f"*{title}*", *rows))) for title, rows in _by_heading(known)),
        paragraph(notes),
    ]
    return Message(text_of(f"All commands: {', '.join(known)}."), blocks)


def _by_heading(known: dict[str, Topic]) -> list[tuple[str, list[str]]]:
    """The words under their headings: what shows, what acts, what is kept."""
    of = {**dict.fromkeys(known, KEPT), **dict.fromkeys(LOOKING, LOOK)}
    of |= {word: family[0].heading.value for word, family in FAMILIES.items()}
    titles = [LOOK, *(heading.value for heading in Heading), KEPT]
    rows = {word: _row(word, about) for word, about in known.items()}
    return [(title, [rows[word] for word in known if of[word] == title]) for title in titles]


def _row(word: str, about: Topic) -> str:
    """A word and what may follow it: `record` start, stop: Start recording the call."""
    seconds = [" ".join(verb.words[1:]) for verb in FAMILIES.get(word, ()) if verb.words[1:]]
    begin = f"`{word}` {', '.join(seconds)}: " if seconds else f"`{word}` "
    return begin + _first_sentence(about.summary)


def _first_sentence(text: str) -> str:
    return mrkdwn(text.partition(". ")[0].removesuffix(".") + ".")
