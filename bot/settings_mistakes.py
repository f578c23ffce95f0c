"""What is wrong with a setting, in our words: what belongs there, and an example."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Mistake = Mapping[str, Any]
"""One of pydantic's errors, as `ValidationError.errors()` gives them."""

_EXPECTED: Mapping[str, str] = {
    "tuple_type": "a list belongs here",
    "string_type": "text belongs here",
    "bool_type": "true or false belongs here",
    "float_type": "a number belongs here",
    "int_parsing": "a whole number belongs here",
    "int_type": "a whole number belongs here",
    "missing": "it is missing",
}
"""What belongs there, by the type of pydantic's error (docs.pydantic.dev/latest/errors)."""

_EXAMPLES: Mapping[str, str] = {
    "float_type": "2.5",
    "bool_type": "true",
    "int_parsing": "3000",
    "int_type": "30",
}

_TABLES = {"model_type", "dict_type", "mapping_type"}

_LIMITS: Mapping[str, str] = {
    "greater_than": "it must be more than {gt:g}",
    "greater_than_equal": "it must be at least {ge:g}",
    "less_than_equal": "it must be at most {le:g}",
    "string_pattern_mismatch": "at most 64 letters, digits, - and _ belong in this name",
    "too_long": "there may be at most {max_length} of them",
    "string_too_short": "it must not be empty",
    "string_too_long": "it may have at most {max_length} characters",
    "literal_error": "it is one of {expected}",
}

_TOML: Sequence[tuple[str, str]] = (
    ("Invalid value", 'a value belongs here: "text" in quotes, 5, true, or a list ["a", "b"]'),
    ("Unterminated string", "the quotes of a text are not closed"),
    ("Unclosed array", "a list is not closed, or a comma is missing in it"),
    ("Unclosed inline table", "a table in braces is not closed, or a comma is missing in it"),
    ("Expected '='", "a key and its value belong here: key = value"),
    ("Expected ']'", "the name of a table is not closed: [name]"),
    ("Expected newline", "there is more on the line than a key and its value"),
    ("Invalid statement", "a line is `key = value`, `[table]` or `# comment`"),
    ("Cannot declare", "this table is there already"),
    ("Cannot overwrite", "this key is there already"),
    ("Unescaped", 'in "…" a backslash is written \\\\'),
    ("Illegal character", "this character may not stand here; a text ends on its line"),
)
"""What is wrong, by the beginning of what tomllib says."""


def expectation(mistake: Mistake, *, write: Callable[[str], str]) -> str:
    """What a setting should have been, without a full stop; an own validator's words as they are.

    `write` makes a line of the setting with a value, for the example.
    """
    kind, context = mistake["type"], mistake.get("ctx", {})
    if limit := _LIMITS.get(kind):
        return limit.format(**{**context, "expected": _listed(context.get("expected", ""))})
    if kind in _TABLES:
        return f"a table belongs here: [{'.'.join(map(str, mistake['loc']))}] and its keys below"
    if kind not in _EXPECTED:
        return str(mistake["msg"])
    example = _example(kind, mistake)
    return f"{_EXPECTED[kind]}{example and f', such as {write(example)}'}"


def syntax(error: tomllib.TOMLDecodeError, text: str) -> str:
    """Where the text stops being TOML, and what belongs there instead."""
    said = str(error)
    where = re.search(r"at line (\d+), column (\d+)\)$", said)
    line = where[1] if where else str(text.rstrip().count("\n") + 1)
    column = f", column {where[2]}" if where else ""
    words = next((ours for theirs, ours in _TOML if said.startswith(theirs)), "this is not TOML")
    return f"line {line}{column}: {words}"


def line_of(path: Sequence[str], text: str) -> int | None:
    """The line, from 1, where the value at `path` begins; None where that is not known.

    It is the first line without which what stands above it does not hold the path.
    """
    lines, before = text.splitlines(keepends=True), 0
    for number in range(1, len(lines) + 1):
        try:
            table: Any = tomllib.loads("".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue
        if _holds(table, path):
            return before + 1
        before = number
    return None


def _holds(table: Any, path: Sequence[str]) -> bool:
    for key in path:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True


def _example(kind: str, mistake: Mistake) -> str:
    given = mistake.get("input")
    if kind == "tuple_type":
        return f'["{given if _plain(given) else "…"}"]'
    if kind == "string_type":
        return f'"{given}"' if isinstance(given, int | float) else '"…"'
    return _EXAMPLES.get(kind, "")


def _plain(given: Any) -> bool:
    """Whether it can stand in an example as it is."""
    return isinstance(given, str) and re.fullmatch(r"[\w.*-]{1,40}", given) is not None


def _listed(expected: str) -> str:
    """Pydantic's list of values, without its quotation marks."""
    return expected.replace("'", "")
