"""The options in an order: which a verb has by its own fields, and `--video` wherever it stands."""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from bot.calls.names import fold
from bot.calls.verbs import FROM_LIST, TO_READ, Verb
from bot.errors import BadInput, UnknownWord
from bot.moderation.people_parser import DASHES, quoted_at
from handlers.parsing.words import PROTECTED, Words


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
    told = {*choices(verb), *texts(verb), *chosen(verb)}
    return tuple(name for name in verb.model_fields if name not in told)


@cache
def chosen(verb: type[Verb]) -> tuple[str, ...]:
    """The options of `verb` that are chosen from what the vendor lists, by field name."""
    return tuple(name for name, field in verb.model_fields.items() if FROM_LIST in field.metadata)


@cache
def texts(verb: type[Verb]) -> tuple[str, ...]:
    """The options of `verb` that are texts for people to read, by field name."""
    return tuple(name for name, field in verb.model_fields.items() if TO_READ in field.metadata)


_DASH = f"[{re.escape(DASHES)}]"
_OPTION = re.compile(rf"({_DASH}+)([^\W\d_](?:\w|{_DASH})*)(?:=(\S*))?")
"""A word like `--video` or `--video=true`; a lone dash or a range of numbers is none."""

_SHORT_DASHES = "-\u2010\u2011\u2043\u2212\ufe63\uff0d"
"""One of these before a word that is no option is a dash like any other in a reason."""

_YES = {"", "true", "yes", "on", "1"}


def take_options(family: Sequence[type[Verb]], words: Words) -> tuple[list[str], list[int]]:
    """Take every option, wherever it stands unquoted; the options, and the other words' places.

    With one dash only what some verb of the family takes is an option; options are gone from the
    text afterwards.
    """
    known = {word for verb in family for word in (*words_of(verb), *choices(verb))}
    known |= {PROTECTED} if any(verb.everyone for verb in family) else set()
    values: list[str] = []
    kept: list[int] = []
    closed, at = 0, 0
    parts = words.rest.split()
    for place, part in enumerate(parts):
        start = words.rest.index(part, at)
        at = start + len(part)
        ends = [end for _, end in quoted_at(words.rest, start)] if start >= closed else []
        closed = max(closed, ends[-1] if ends else 0)
        value = _option(part, known) if start >= closed else None
        if value is None:
            kept.append(place)
        else:
            values.append(value)
    words.rest = " ".join(parts[place] for place in kept)
    return values, kept


def _option(part: str, known: Collection[str]) -> str | None:
    """The value that a word like `--video`, `-video`, `--video=true` or `--tracks=video` picks."""
    match = _OPTION.fullmatch(part)
    if match is None:
        return None
    dashes, value, after = match[1], fold(match[2]), match[3]
    if len(dashes) == 1 and dashes in _SHORT_DASHES and value not in known:
        return None
    if after is None or (value in known and fold(after) in _YES):
        return value
    if fold(after) in known:
        return fold(after)
    return f"{value}={after}"


def with_options(parts: Sequence[str], kept: Sequence[int], left: int) -> str:
    """The last `left` of the words that were kept, with the options among and behind them."""
    before = kept[: len(kept) - left]
    return " ".join(parts[before[-1] + 1 if before else 0 :])


@cache
def words_of(verb: type[Verb]) -> Mapping[str, str]:
    """By each word that may follow `--`, the option of `verb` that it is a value of."""
    words = {str(value): name for name, kind in choices(verb).items() for value in kind}
    return MappingProxyType(words)


def pick(verb: type[Verb], values: Sequence[str]) -> dict[str, str]:
    """The option of `verb` that each value belongs to, by option.

    Raises UnknownWord where one belongs to none, BadInput where two of them are values of one
    option.
    """
    known = words_of(verb)
    picked: dict[str, str] = {}
    for value in values:
        if value not in known:
            raise no_such_option(verb, value, sorted(known))
        if picked.setdefault(known[value], value) != value:
            raise BadInput(
                f"--{picked[known[value]]} and --{value} cannot go together.",
                next_step="Leave one of them out.",
            )
    return picked


def no_such_option(verb: type[Verb], value: str, known: Sequence[str]) -> UnknownWord:
    """The error for an option that `verb` does not take, with the nearest of those it does."""
    nearest = difflib.get_close_matches(value, known, n=3, cutoff=0.5)
    takes = (
        "It takes " + ", ".join(f"--{word}" for word in known) if known else "It takes no options"
    )
    return UnknownWord(
        f"“{verb.label}” has no option --{value[:64]}.",
        nearest=[f"--{word}" for word in nearest],
        next_step=f"{takes}. A reason cannot begin with a dash.",
    )
