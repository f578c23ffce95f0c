"""Orders typed as text: verb, call, people, options, reason; each verb says itself what it takes.

`VERB CALL [WHO] [--option] [reason]`; a verb of two words takes its second before or after the
call, and without one nothing begins: it is asked for. Everyone may be limited: `all except @ann`.
A verb that carries a text has no reason beside it: the text is everything that is left.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from bot.calls.models import Frozen
from bot.calls.verbs import TO_READ, Aim, Verb
from bot.calls.written import AnyVerb
from bot.errors import BadInput, UnknownWord
from handlers.blocks.optionfields import Kind, kind_of
from handlers.blocks.text import cut
from handlers.commands.words import DASHES, Words, fit

MAX_REASON = 2000
"""Characters in a reason."""

MAX_PEOPLE = 50
"""People named in one order."""

WRONG = {
    Kind.CHOICE: "It is none of its options.",
    Kind.TARGET: "It takes the name of a target in callwarden.toml.",
    Kind.NAME: "It takes one word as the vendor lists it, without slashes.",
    Kind.TEXT: "It takes a text of 1 to 500 characters.",
    Kind.TEXTS: "It takes 2 to 10 answers, each after a |, at most 500 characters each.",
}
"""What an option takes, where something else was typed."""

_EVERYONE = {"all", "everyone"}
_EXCEPT = {"except", "but"}
_OPTION = re.compile(rf"(?<!\S)(?:--|[{DASHES[1:]}])([^\W\d_][\w-]*)(?!\S)")
"""A word like `--video`; a lone dash or a range of numbers in a reason is none."""


class ActRequest(Frozen):
    """An order with everything it needs; names are as typed, nobody has been looked up."""

    verb: AnyVerb
    call: str
    people: tuple[str, ...] = ()
    everyone: bool = False
    spared: tuple[str, ...] = ()
    reason: str = ""


class Incomplete(Frozen):
    """An order that lacks something: `missing` is `verb`, `call`, `people` or an option's name.

    `verb_type` is None where only the first word of several verbs was said: `family`. `picked` are
    the options that were said, as typed.
    """

    verb_type: type[Verb] | None
    family: str
    call: str | None = None
    people: tuple[str, ...] = ()
    everyone: bool = False
    spared: tuple[str, ...] = ()
    picked: Mapping[str, str | tuple[str, ...]] = {}
    reason: str = ""
    missing: str


@cache
def choices(verb: type[Verb]) -> Mapping[str, type[StrEnum]]:
    """The options of `verb` that are picked from a few values, by field name."""
    kinds = {name: field.annotation for name, field in verb.model_fields.items()}
    return MappingProxyType(
        {
            name: kind
            for name, kind in kinds.items()
            if isinstance(kind, type) and issubclass(kind, StrEnum)
        }
    )


@cache
def names(verb: type[Verb]) -> tuple[str, ...]:
    """The options of `verb` that are written as a word after the call, by field name."""
    told = {*choices(verb), *texts(verb)}
    return tuple(name for name in verb.model_fields if name not in told)


@cache
def texts(verb: type[Verb]) -> tuple[str, ...]:
    """The options of `verb` that are texts for people to read, by field name."""
    return tuple(name for name, field in verb.model_fields.items() if TO_READ in field.metadata)


def read_order(
    family: Sequence[type[Verb]], words: Words, command: str = "/calls"
) -> ActRequest | Incomplete:
    """The order in `words`, for one of the verbs that share a first word. Raises BadInput."""
    values = _take_options(words)
    verb = _second(family, words)
    call = words.name("call")
    verb = verb or _second(family, words)
    asked, verb = verb is None and len(family) > 1, verb or _likeliest(family, values)
    picked = _pick(verb, values)
    everyone, people, spared = (
        _whom(verb, words, command) if verb.aim is not Aim.CALL else (False, (), ())
    )
    picked |= {name: word for name in names(verb) if (word := words.take()) is not None}
    picked |= _texts(verb, words)
    if len(words.rest) > MAX_REASON:
        raise BadInput(
            f"The reason is longer than {MAX_REASON:,} characters.",
            next_step="Nothing was done. Say it in fewer words.",
        )
    lacking = [
        *(["verb"] if asked else []),
        *(["call"] if call is None else []),
        *(["people"] if verb.aim is not Aim.CALL and not people and not everyone else []),
        *(name for name in verb.required() if name not in picked),
    ]
    said = {
        "call": call,
        "people": people,
        "everyone": everyone,
        "spared": spared,
        "reason": words.rest,
    }
    if lacking:
        kind = None if asked else verb
        known = {"family": verb.words[0], "missing": lacking[0], "picked": picked}
        return Incomplete.model_validate({"verb_type": kind, **known, **said})
    return ActRequest.model_validate({"verb": _build(verb, picked, command), **said})


def _build(verb: type[Verb], picked: Mapping[str, Any], command: str) -> Verb:
    try:
        return verb.model_validate(picked)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        said = picked[field]
        shown = said if isinstance(said, str) else " | ".join(said)
        raise BadInput(
            f"“{cut(shown, 64)}” does not do for “{verb.label}”. {WRONG[kind_of(verb, field)]}",
            next_step=f"For example: `{command} {verb.example}`",
        ) from error


def _second(family: Sequence[type[Verb]], words: Words) -> type[Verb] | None:
    """The verb whose second word comes next; that word is taken."""
    following = (words.peek() or "").casefold()
    for verb in family:
        if verb.words[1:] == (following,):
            words.take()
            return verb
    return None


def _likeliest(family: Sequence[type[Verb]], values: Sequence[str]) -> type[Verb]:
    """The first of a family that has all these options: what follows is read as it would read it.

    Those of one first word read what follows alike; which of them is meant is asked.
    """
    fits = (verb for verb in family if set(values) <= set(_words_of(verb)))
    return next(fits, family[0])


def _take_options(words: Words) -> list[str]:
    """Every `--word`, wherever it stands; they are gone from the text afterwards."""
    values = [match[1].casefold() for match in _OPTION.finditer(words.rest)]
    words.rest = " ".join(_OPTION.sub(" ", words.rest).split())
    return values


@cache
def _words_of(verb: type[Verb]) -> Mapping[str, str]:
    """Which option each word after `--` belongs to."""
    words = {str(value): name for name, kind in choices(verb).items() for value in kind}
    return MappingProxyType(words)


def _pick(verb: type[Verb], values: Sequence[str]) -> dict[str, str]:
    """Which option of `verb` each value belongs to. UnknownWord when it belongs to none."""
    known = _words_of(verb)
    picked: dict[str, str] = {}
    for value in values:
        if value not in known:
            raise _no_such_option(verb, value, sorted(known))
        if picked.setdefault(known[value], value) != value:
            raise BadInput(
                f"--{picked[known[value]]} and --{value} cannot go together.",
                next_step="Leave one of them out.",
            )
    return picked


def _no_such_option(verb: type[Verb], value: str, known: Sequence[str]) -> UnknownWord:
    nearest = difflib.get_close_matches(value, known, n=3, cutoff=0.5)
    takes = "It takes " + ", ".join(f"--{one}" for one in known) if known else "It takes no options"
    return UnknownWord(
        f"“{verb.label}” has no option --{value[:64]}.",
        nearest=[f"--{one}" for one in nearest],
        next_step=f"{takes}. No word of a reason can begin with a dash.",
    )


def _texts(verb: type[Verb], words: Words) -> dict[str, Any]:
    """What is left as the verb's text; a list of texts follows the first one, each after a `|`."""
    wanted = texts(verb)
    if not wanted or not words.rest:
        return {}
    first, *more = [part.strip() for part in words.rest.split("|")] if wanted[1:] else [words.rest]
    words.rest = ""
    said: dict[str, Any] = {wanted[0]: first}
    return {**said, wanted[1]: tuple(more)} if more else said


def _whom(
    verb: type[Verb], words: Words, command: str
) -> tuple[bool, tuple[str, ...], tuple[str, ...]]:
    """Everyone and who is left out, or who is named."""
    first = (words.peek() or "").removeprefix("@").casefold()
    if not (verb.everyone and first in _EVERYONE):
        return False, _people(words), ()
    words.take()
    if (words.peek() or "").casefold() not in _EXCEPT:
        return True, (), ()
    words.take()
    spared = _people(words)
    if not spared:
        raise BadInput(
            "Everyone except whom?",
            next_step=f"For example: `{command} {verb.words[0]} K7QX all except @ann`",
        )
    return True, (), spared


def _people(words: Words) -> tuple[str, ...]:
    """Who is named: the first word, and those with @, quotes or a comma before."""
    people: list[str] = []
    more = bool(words.rest)
    while more or words.rest[:1] == "@" or words.at_quote():
        found, more = _next_people(words)
        people += found
    if len(people) > MAX_PEOPLE:
        raise BadInput(
            f"At most {MAX_PEOPLE} people can be named in one order.",
            next_step="Nothing was done. Name the rest in another order.",
        )
    return tuple(dict.fromkeys(fit(person, "person") for person in people))


def _next_people(words: Words) -> tuple[list[str], bool]:
    """One name, or several with commas and no spaces; whether a comma promises another."""
    quoted = words.quoted()
    if quoted is not None:
        found, more = [quoted], words.rest[:1] == ","
    else:
        word = words.take() or ""
        found = [one.removeprefix("@") for one in word.split(",")]
        more = word.endswith(",") or words.rest[:1] == ","
    words.rest = words.rest.lstrip(", ") if more else words.rest
    return [one for one in found if one], more and bool(words.rest)
