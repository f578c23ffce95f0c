"""Who wants to know what can go wrong looks in one place: bot/errors, which draws all as a tree."""

import ast
import builtins
from pathlib import Path

import pytest

from bot import errors

ROOT = Path(__file__).parents[2]
ELSEWHERE = ("bot/errors/", "bot/demo/")
"""The errors themselves, and the demo's own servers, which answer with those of others."""

IN_THEIR_ROOM = {
    "bot/moderation/resolver.py": {"UnclearPeople"},
    "bot/moderation/unmatched.py": {"NoSuchCall", "NoSuchPerson"},
    "handlers/inbound/signatures.py": {"TooLate"},
    "handlers/slack_api/responses.py": {"SlackUnreadable", "SlackRedirected"},
}
"""Kinds of an error in bot/errors that carry what only their room knows; and aiohttp's own kind,
raised inside its client so that this lets go of the connection."""

BUILT_IN = {
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
}
EXPORTED = {name for name, kind in vars(errors).items() if isinstance(kind, type)}


def error_classes(tree: ast.AST) -> set[str]:
    """The classes that derive from an error, by the names of their bases."""
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(is_error(base) for base in node.bases)
    }


def is_error(base: ast.expr) -> bool:
    name = ast.unparse(base).rpartition(".")[2]
    return name in BUILT_IN | EXPORTED or name.endswith(("Error", "Exception"))


def test_every_error_that_is_raised_on_purpose_is_defined_in_one_place() -> None:
    """One that never leaves its module is private, and may stay there."""
    found = {}
    for top in ("bot", "handlers"):
        for path in sorted((ROOT / top).rglob("*.py")):
            inside = path.relative_to(ROOT).as_posix()
            if inside.startswith(ELSEWHERE):
                continue
            named = error_classes(ast.parse(path.read_text(encoding="utf-8")))
            public = {name for name in named if not name.startswith("_")}
            if public := public - IN_THEIR_ROOM.get(inside, set()):
                found[inside] = public
    assert found == {}


@pytest.mark.parametrize("base", ["Exception", "BadInput", "aiohttp.ClientError", "LookupError"])
def test_an_error_of_any_descent_is_noticed(base: str) -> None:
    assert error_classes(ast.parse(f"class Broken({base}):\n    pass")) == {"Broken"}
    assert error_classes(ast.parse("class Sound(NamedTuple):\n    pass")) == set()


def test_every_error_is_in_the_drawn_tree_and_can_be_imported_from_there() -> None:
    defined: set[str] = set()
    for path in (ROOT / "bot/errors").glob("*.py"):
        defined |= error_classes(ast.parse(path.read_text(encoding="utf-8")))
    drawn = {line.lstrip("│├└─ ").split(" ")[0] for line in (errors.__doc__ or "").split("\n")}
    assert defined - drawn == set()
    assert defined - EXPORTED == set()
