"""The words in which Block Kit's limits are written: small rules that combine into larger ones.

A rule looks at a value and says what is wrong with it and where, in Slack's own phrases where they
are known ("must be less than 76 characters").
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple


class Problem(NamedTuple):
    """What is wrong, and where: a json-pointer as Slack gives it."""

    pointer: str
    message: str

    def __str__(self) -> str:
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


Problems = Iterator[Problem]
Rule = Callable[[Any, str], Problems]
"""From a value and its pointer to what is wrong with it."""

LONGEST_ID = 255


def anything(_: Any, __: str) -> Problems:
    """Whatever it is."""
    return iter(())


def string(most: int | None = None, least: int = 1) -> Rule:
    """A string of `least` to `most` characters."""

    def rule(value: Any, pointer: str) -> Problems:
        if not isinstance(value, str):
            yield Problem(pointer, "must provide a string")
        elif len(value) < least:
            yield Problem(pointer, f"must be more than {least - 1} characters")
        elif most is not None and len(value) > most:
            yield Problem(pointer, f"must be less than {most + 1} characters")

    return rule


def number(least: float | None = None, most: float | None = None, *, above: bool = False) -> Rule:
    """A number from `least` to `most`; `above`: `least` itself is not enough."""

    def rule(value: Any, pointer: str) -> Problems:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield Problem(pointer, "must provide a number")
        elif least is not None and (value < least or (above and value == least)):
            word = "more than" if above else "at least"
            yield Problem(pointer, f"must be {word} {least}")
        elif most is not None and value > most:
            yield Problem(pointer, f"must be at most {most}")

    return rule


def flag(value: Any, pointer: str) -> Problems:
    """True or false."""
    if not isinstance(value, bool):
        yield Problem(pointer, "must provide a boolean")


def among(*words: str) -> Rule:
    """One of these words."""

    def rule(value: Any, pointer: str) -> Problems:
        if value not in words:
            yield Problem(pointer, f"must be a valid enum value: {', '.join(words)}")

    return rule


def items(each: Rule, least: int = 1, most: int | None = None) -> Rule:
    """A list of `least` to `most` things that are each right."""

    def rule(value: Any, pointer: str) -> Problems:
        if not isinstance(value, list):
            yield Problem(pointer, "must provide an array")
            return
        if len(value) < least:
            yield Problem(pointer, f"no fewer than {least} items allowed")
        if most is not None and len(value) > most:
            yield Problem(pointer, f"no more than {most} items allowed")
        for index, item in enumerate(value):
            yield from each(item, f"{pointer}/{index}")

    return rule


def nullable(inner: Rule) -> Rule:
    """null, or right."""

    def rule(value: Any, pointer: str) -> Problems:
        return iter(()) if value is None else inner(value, pointer)

    return rule


class Shape:
    """An object with `needs` and `may` as its only fields; `also` are rules over all of it."""

    def __init__(
        self, needs: Mapping[str, Rule], may: Mapping[str, Rule] | None = None, *also: Rule
    ) -> None:
        self._needs = needs
        self._fields = {**needs, **(may or {}), "type": anything}
        self._also = also

    def __call__(self, value: Any, pointer: str) -> Problems:
        """What is wrong with `value`."""
        if not isinstance(value, dict):
            yield Problem(pointer, "must provide an object")
            return
        problems = [*self._missing(value, pointer), *self._inside(value, pointer)]
        yield from problems
        if not problems:
            for rule in self._also:
                yield from rule(value, pointer)

    def _missing(self, value: dict[str, Any], pointer: str) -> Problems:
        for name in self._needs:
            if name not in value:
                yield Problem(pointer, f"missing required field: {name}")

    def _inside(self, value: dict[str, Any], pointer: str) -> Problems:
        for name, inner in value.items():
            if name not in self._fields:
                yield Problem(f"{pointer}/{name}", f"invalid additional property: {name}")
            else:
                yield from self._fields[name](inner, f"{pointer}/{name}")


def typed(kinds: Mapping[str, Rule]) -> Rule:
    """An object whose `type` says which rule it has to follow."""

    def rule(value: Any, pointer: str) -> Problems:
        if not isinstance(value, dict):
            yield Problem(pointer, "must provide an object")
        elif not isinstance(value.get("type"), str) or value["type"] not in kinds:
            yield Problem(f"{pointer}/type", f"unsupported type: {value.get('type')}")
        else:
            yield from kinds[value["type"]](value, pointer)

    return rule


def exactly_one(*names: str) -> Rule:
    """One of these fields, and not two."""

    def rule(value: Any, pointer: str) -> Problems:
        if sum(name in value for name in names) != 1:
            yield Problem(pointer, f"exactly one of {', '.join(names)} is required")

    return rule


def at_least_one(*names: str) -> Rule:
    """One of these fields or more."""

    def rule(value: Any, pointer: str) -> Problems:
        if not any(name in value for name in names):
            yield Problem(pointer, f"missing required field: {' or '.join(names)}")

    return rule


def at_most_one(*names: str) -> Rule:
    """None of these fields, or one."""

    def rule(value: Any, pointer: str) -> Problems:
        if sum(name in value for name in names) > 1:
            yield Problem(pointer, f"only one of {', '.join(names)} is allowed")

    return rule


def unique(values: Sequence[Any], pointer: str, name: str) -> Problems:
    """No value twice."""
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield Problem(pointer, f"`{name}` {value} already exists")


def text(most: int = 3000, *kinds: str) -> Rule:
    """A text object of 1 to `most` characters; plain_text and mrkdwn unless `kinds` says."""
    body = {"text": string(most)}
    every: dict[str, Rule] = {
        "plain_text": Shape(body, {"emoji": flag}),
        "mrkdwn": Shape(body, {"verbatim": flag}),
    }
    return typed({kind: every[kind] for kind in kinds or every})


def plain(most: int) -> Rule:
    """A plain_text object of 1 to `most` characters."""
    return text(most, "plain_text")


IDENTIFIER = string(LONGEST_ID)
