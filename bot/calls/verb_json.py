"""Verbs as JSON, as cases, buttons and forms keep them."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import PlainSerializer, WithJsonSchema, WrapValidator

from bot.calls.verbs import VERBS, Verb

EMPTY: tuple[Any, ...] = (None, False, "", [], {})
"""What an option that was not said may be written as."""


def dump_verb(verb: Verb) -> dict[str, Any]:
    """The verb as `{"name": …, option: value, …}`, which cases and button values keep."""
    return {"name": verb.name, **verb.model_dump(mode="json")}


def load_verb(data: Any) -> Verb:
    """The verb in JSON that `dump_verb` wrote.

    Raises ValueError when the name or an option is unknown. An unknown option without a value is
    let pass; with one that has a value, it would be another act.
    """
    if not isinstance(data, Mapping):
        raise ValueError("no verb")  # noqa: TRY004 - what stands there was written by somebody
    options = dict(data)
    kind = VERBS.get(str(options.pop("name", "")))
    if kind is None:
        message = f"unknown verb {data.get('name')!r}"
        raise ValueError(message)
    known = kind.model_fields
    said = {name: value for name, value in options.items() if name in known or value not in EMPTY}
    return kind.model_validate(said, extra="forbid")


def _validate(value: Any, _: Any) -> Verb:
    return value if isinstance(value, Verb) else load_verb(value)


AnyVerb = Annotated[
    Verb, WrapValidator(_validate), PlainSerializer(dump_verb), WithJsonSchema({"type": "object"})
]
"""A field that holds any verb and keeps it as `dump_verb` does."""
