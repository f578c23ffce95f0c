"""Answers made from a vendor's document: the same ones every time, each within its schema.

A story says what the call in question is like; wherever it says nothing, the document's example or
the plainest value of the type stands in.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.contracts.contract import Json, Operation, Same, invalid, resolve

OMIT = object()
"""A story's word for a field that is not sent."""

MOMENT = "2026-11-21T11:00:00.000Z"
DEEPEST = 8
"""Levels; deeper, only what is required is written."""

Story = Mapping[str, Any]
"""By the end of the way to a field, as `call.ended_at`; the longest end that fits, counts."""


def answer(operation: Operation, story: Story) -> tuple[int, bytes]:
    """The first documented 2xx of an operation; AssertionError when the story leaves its schema."""
    return _answer(operation, Same(story))


@cache
def _answer(operation: Operation, story: Same) -> tuple[int, bytes]:
    status, described = next(answer for answer in operation.answers().items() if answer[0] < 300)
    schema = described["content"]["application/json"]["schema"]
    body = _Writer(operation.root, story.node).write(schema, (operation.name,))
    wrong = invalid(operation.root, schema, body)
    assert not wrong, f"{operation.key}: {wrong}"
    return status, json.dumps(body).encode()


@cache
def refusal(operation: Operation, status: int) -> bytes:
    """The documented body of an error."""
    media = operation.answers()[status]["content"]["application/json"]
    body = media.get("example") or _Writer(operation.root, {}).write(media["schema"], ())
    wrong = invalid(operation.root, media["schema"], body)
    assert not wrong, f"{operation.key} {status}: {wrong}"
    return json.dumps(body).encode()


class _Writer:
    def __init__(self, root: Json, story: Story) -> None:
        self._root = root
        self._story = story

    def write(self, schema: Json, way: tuple[str, ...]) -> Any:
        told = self._told(way)
        if told is not None:
            return told
        schema = resolve(self._root, schema)
        if "example" in schema:
            return schema["example"]
        for choice in ("oneOf", "anyOf", "allOf"):
            if choice in schema:
                return self.write(schema[choice][0], way)
        return self._of_type(schema, way)

    def _told(self, way: tuple[str, ...]) -> Any:
        for start in range(len(way)):
            found = self._story.get(".".join(way[start:]))
            if found is not None:
                return found
        return None

    def _of_type(self, schema: Json, way: tuple[str, ...]) -> Any:
        if "enum" in schema:
            return next(value for value in schema["enum"] if value is not None)
        kind = schema.get("type")
        if kind == "array":
            return [self.write(schema.get("items", {}), way)]
        if kind == "string":
            return MOMENT if schema.get("format") == "date-time" else _text(way)
        plain = {"integer": 1, "number": 1, "boolean": False}
        return plain[kind] if kind in plain else self._object(schema, way)

    def _object(self, schema: Json, way: tuple[str, ...]) -> Json:
        wanted = schema.get("properties", {})
        if len(way) > DEEPEST:
            wanted = {
                name: schema_of for name, schema_of in wanted.items() if name in schema["required"]
            }
        written = {name: self.write(schema_of, (*way, name)) for name, schema_of in wanted.items()}
        return {name: value for name, value in written.items() if value is not OMIT}


def _text(way: tuple[str, ...]) -> str:
    name = way[-1] if way else "text"
    return "https://files.example/signed" if name.casefold().endswith("url") else name
