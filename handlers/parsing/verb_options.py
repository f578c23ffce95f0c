"""Which words of an order are options of its verb, as the verb's own fields say."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from bot.calls.verbs import FROM_LIST, TO_READ, Verb


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
