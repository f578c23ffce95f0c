"""Verbs written down in cases, buttons and forms, and read back."""

from typing import Annotated, Any

from pydantic import PlainSerializer, WithJsonSchema, WrapValidator

from bot.calls.verbs import VERBS, Verb


def dump_verb(verb: Verb) -> dict[str, Any]:
    """`{"name": …, option: value, …}`: what cases and button values keep."""
    return {"name": verb.name, **verb.model_dump(mode="json")}


def load_verb(data: dict[str, Any]) -> Verb:
    """The verb that `dump_verb` wrote; ValueError when the name or an option is unknown."""
    options = dict(data)
    kind = VERBS.get(str(options.pop("name", "")))
    if kind is None:
        message = f"unknown verb {data.get('name')!r}"
        raise ValueError(message)
    return kind.model_validate(options)


def _validate(value: Any, _: Any) -> Verb:
    return value if isinstance(value, Verb) else load_verb(value)


AnyVerb = Annotated[
    Verb, WrapValidator(_validate), PlainSerializer(dump_verb), WithJsonSchema({"type": "object"})
]
"""A field that holds any verb and keeps it as `dump_verb` does."""
