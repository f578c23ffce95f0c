"""Orders typed as text: verb, call, people, options, reason; each verb says itself what it takes.

`VERB CALL [WHO] [--option] [reason]`; a verb of two words takes its second before or after the
call, and without one nothing begins: it is asked for. Everyone may be limited: `all except @ann`.
A verb that carries a text has no reason beside it: the text is everything that is left.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from bot.calls.models import Frozen
from bot.calls.names import fold
from bot.calls.verb_json import AnyVerb
from bot.calls.verbs import Aim, Verb
from bot.errors import BadInput
from bot.moderation.people_parser import DASHES, EVERYONE, EXCEPT, LONE_DASH
from bot.moderation.resolver import TypedOrder
from handlers.blocks.emoji import with_emoji
from handlers.blocks.forms.option_fields import FieldKind, kind_of
from handlers.blocks.text import cut, thousands
from handlers.parsing.options import (
    choices,
    chosen,
    names,
    no_such_option,
    pick,
    take_options,
    texts,
    with_options,
    words_of,
)
from handlers.parsing.words import PROTECTED, Words, require_everyone, require_name

MAX_REASON = 2000
"""Characters in a reason."""

MAX_PEOPLE = 50
"""People named in one order."""

WRONG = {
    FieldKind.CHOICE: "It is none of its options.",
    FieldKind.TARGET: "It takes the name of a target in callwarden.toml.",
    FieldKind.NAME: "It takes one word as the vendor lists it, without slashes.",
    FieldKind.TEXT: "It takes a text of 1 to 500 characters.",
    FieldKind.TEXTS: "It takes 2 to 10 answers, each after a |, at most 500 characters each.",
}
"""What an option takes, where something else was typed."""

_LISTED_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")
"""The beginning of a vendor's id (a UUID), as a question back lists it."""


class ActRequest(Frozen):
    """An order with everything it needs; names are as typed, nobody has been looked up.

    Of a verb that means people by name `text` is all that stands behind the call, and `literal` the
    same with its options: who is there decides where the names in it end. `people`, `spared` and
    `reason` are then what its signs alone tell. `protected_too`: everyone, also the protected.
    """

    verb: AnyVerb
    call: str
    people: tuple[str, ...] = ()
    everyone: bool = False
    spared: tuple[str, ...] = ()
    reason: str = ""
    protected_too: bool = False
    text: str = ""
    literal: str = ""

    @property
    def typed(self) -> TypedOrder:
        """The part of the order that names people, as the resolver takes it."""
        return TypedOrder(
            call=self.call,
            text=self.text,
            literal=self.literal,
            words=self.spared or self.people,
            everyone=self.everyone,
        )


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
    protected_too: bool = False
    missing: str


def read_order(
    family: Sequence[type[Verb]], words: Words, command: str = "/calls"
) -> ActRequest | Incomplete:
    """The order in `words`, for one of the verbs that share a first word. Raises BadInput."""
    said_words = words.rest.split()
    values, kept = take_options(family, words)
    verb = _second(family, words)
    call = words.name("call")
    verb = _second(family, words, verb) or verb
    literal = with_emoji(with_options(said_words, kept, len(words.rest.split())))
    asked, verb = verb is None and len(family) > 1, verb or _likeliest(family, values)
    protected_too = verb.everyone and PROTECTED in values
    picked = pick(verb, [value for value in values if not (protected_too and value == PROTECTED)])
    aimed = verb.aim is not Aim.CALL
    text = words.rest = with_emoji(words.rest) if aimed else words.rest
    everyone, people, spared = _whom(verb, words, command) if aimed else (False, (), ())
    picked |= _in_words(verb, words)
    if verb.by_name():
        require_short(words.rest)
    else:
        words.rest = require_reason(verb, words.rest)
    if protected_too:
        require_everyone(everyone=everyone)
    unaimed = aimed and not people and not everyone
    lacks = (("verb", asked), ("call", call is None), ("people", unaimed))
    lacking = [name for name, is_so in lacks if is_so]
    lacking += [name for name in verb.required() if name not in picked]
    said = {
        "call": call,
        "people": people,
        "everyone": everyone,
        "spared": spared,
        "reason": words.rest,
        "protected_too": protected_too,
    }
    if lacking:
        kind = None if asked else verb
        known = {"family": verb.words[0], "missing": lacking[0], "picked": picked}
        return Incomplete.model_validate({"verb_type": kind, **known, **said})
    literal = "" if literal == text else literal
    typed = {"text": text, "literal": literal} if verb.by_name() else {}
    return ActRequest.model_validate({"verb": _build(verb, picked, command), **said, **typed})


def with_rest(request: ActRequest, rest: str, command: str = "/calls") -> ActRequest | Incomplete:
    """The order, once it is known that `rest` is what stands behind its names.

    Its first words are the options that stand there, the others the reason. Raises BadInput.
    """
    verb, words = type(request.verb), Words(rest)
    picked = {name: str(getattr(request.verb, name)) for name in choices(verb)}
    picked |= {name: word for name in names(verb) if (word := words.take()) is not None}
    lacking = [name for name in verb.required() if name not in picked]
    reason = require_reason(verb, words.rest)
    if lacking:
        return Incomplete(
            verb_type=verb,
            family=verb.words[0],
            call=request.call,
            people=request.people,
            picked=picked,
            reason=reason,
            missing=lacking[0],
        )
    build = _build(verb, picked, command)
    return request.model_copy(update={"verb": build, "reason": reason})


def require_reason(verb: type[Verb], text: str) -> str:
    """BadInput for a reason that begins with what looks like an option, or is too long.

    Returns the reason: `text` without the dashes that part it from what stands before.
    """
    reason = LONE_DASH.sub("", text).strip()
    if reason[:1] and reason[0] in DASHES:
        raise no_such_option(verb, fold(reason.split()[0]).strip("-"), sorted(words_of(verb)))
    return require_short(reason)


def require_short(reason: str) -> str:
    """BadInput where a reason is longer than one may be."""
    if len(reason) > MAX_REASON:
        raise BadInput(
            f"The reason is longer than {thousands(MAX_REASON)} characters.",
            next_step="Nothing was done. Say it in fewer words.",
        )
    return reason


def _in_words(verb: type[Verb], words: Words) -> dict[str, Any]:
    """The options that stand as words of their own behind whom the order means; they are taken."""
    picked: dict[str, Any] = {
        name: word for name in names(verb) if (word := _name(words)) is not None
    }
    if _LISTED_ID.fullmatch((words.peek() or "").casefold()):
        picked |= {name: (words.take() or "").casefold() for name in chosen(verb)}
    words.rest = with_emoji(words.rest)
    return picked | _texts(verb, words)


def _name(words: Words) -> str | None:
    """The next word, or everything in the next quotation marks."""
    word = words.quoted() if words.at_quote() else words.take()
    return None if word is None else with_emoji(word)


def _build(verb: type[Verb], picked: Mapping[str, Any], command: str) -> Verb:
    try:
        return verb.model_validate(picked)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        option = picked[field]
        shown = option if isinstance(option, str) else " | ".join(option)
        raise BadInput(
            f"“{cut(shown, 64)}” does not do for “{verb.label}”. {WRONG[kind_of(verb, field)]}",
            next_step=f"For example: `{command} {verb.example}`",
        ) from error


def _second(
    family: Sequence[type[Verb]], words: Words, said: type[Verb] | None = None
) -> type[Verb] | None:
    """The verb whose further words come next, most words first; they are taken.

    Behind the call, one that goes on where the words `said` before it end.
    """
    begun = said.words if said else family[0].words[:1]
    for verb in sorted(family, key=lambda kind: -len(kind.words)):
        further = verb.words[len(begun) :]
        if further and verb.words[: len(begun)] == begun and words.follow(further):
            return verb
    return None


def _likeliest(family: Sequence[type[Verb]], values: Sequence[str]) -> type[Verb]:
    """The first of a family that has all these options: what follows is read as it would read it.

    Those of one first word read what follows alike; which of them is meant is asked.
    """
    fits = (verb for verb in family if set(values) <= set(words_of(verb)))
    return next(fits, family[0])


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
    if not (verb.everyone and first in EVERYONE):
        return False, _people(words), ()
    words.take()
    if (words.peek() or "").casefold() not in EXCEPT:
        return True, (), ()
    words.take()
    spared = _people(words)
    if not spared:
        raise BadInput(
            "Everyone except who?",
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
    return tuple(dict.fromkeys(require_name(person, "person") for person in people))


def _next_people(words: Words) -> tuple[list[str], bool]:
    """One name, or several with commas and no spaces; whether a comma promises another."""
    quoted = words.quoted()
    if quoted is not None:
        found, more = [quoted], words.rest[:1] == ","
    else:
        word = words.take() or ""
        found = [name.removeprefix("@") for name in word.split(",")]
        more = word.endswith(",") or words.rest[:1] == ","
    words.rest = words.rest.lstrip(", ") if more else words.rest
    return [name for name in found if name], more and bool(words.rest)
