"""A check answers or raises, and its name says which: who calls it cannot forget the `if`."""

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for top in ("bot", "handlers")
    for path in sorted((ROOT / top).rglob("*.py"))
}

Function = ast.FunctionDef | ast.AsyncFunctionDef

ANSWERS = re.compile(r"_*(?:may|is|can|has)_")
YES_OR_NO = {"bool", "ColumnElement[bool]"}
"""The second is a condition in SQL."""

REQUIRES = re.compile(r"_*require(?:_|$)")
OTHER_WORDS = re.compile(r"_*(?:must|check|ensure|assert)(?:_|$)")
PRINTED = re.compile(r"[A-Z]\w+")
RAISED_WHERE = re.compile(
    r"(?:Raises? )?(\w+) (?:at|for|if|in|once|or|unless|when|where|with|without)\b"
)


def functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def returned(function: Function) -> str:
    return ast.unparse(function.returns) if function.returns else ""


def first_sentence(function: Function) -> str:
    return re.split(r"[.:;](?:\s|$)", ast.get_docstring(function) or "")[0]


def only_raises(function: Function) -> bool:
    """Whether raising, itself or through another check, is all that a function does."""
    raises = False
    for node in ast.walk(function):
        if isinstance(node, ast.Yield | ast.YieldFrom | ast.Delete | ast.AugAssign):
            return False
        if isinstance(node, ast.Assign) and not all(
            isinstance(target, ast.Name | ast.Tuple) for target in node.targets
        ):
            return False
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
            if not calls_a_check(node.value):
                return False
            raises = True
        raises |= isinstance(node, ast.Raise)
    return raises


def calls_a_check(node: ast.expr) -> bool:
    call = node.value if isinstance(node, ast.Await) else node
    if not isinstance(call, ast.Call):
        return False
    return REQUIRES.match(ast.unparse(call.func).rpartition(".")[2]) is not None


def derived(bases: set[str]) -> set[str]:
    """The names of the classes in the sources that derive from one of these."""
    classes = [
        node
        for tree in SOURCES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    found = set(bases)
    while grown := {
        each.name
        for each in classes
        if each.name not in found
        and {ast.unparse(base).rpartition(".")[2] for base in each.bases} & found
    }:
        found |= grown
    return found


BUILT_IN = {
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
}
ERRORS = derived(BUILT_IN | {"ClientError"}) | {"OperationalError", "PydanticCustomError"}


def faults(tree: ast.AST) -> list[str]:
    """What is named or annotated against the rule, each with its line."""
    return [
        f"{function.lineno} {function.name} {fault}"
        for function in functions(tree)
        if (fault := fault_of(function)) is not None
    ]


def fault_of(function: Function) -> str | None:
    name, nothing, sentence = function.name, returned(function) == "None", first_sentence(function)
    if ANSWERS.match(name):
        return None if returned(function) in YES_OR_NO else "answers something else than a bool"
    if REQUIRES.match(name):
        named = ERRORS.intersection(PRINTED.findall(sentence))
        return None if named else "does not say first which error it raises"
    if not nothing or name.startswith("__"):
        return None
    where = RAISED_WHERE.match(sentence)
    if OTHER_WORDS.match(name) or only_raises(function) or (where and where.group(1) in ERRORS):
        return "is a check that raises: call it require_…"
    return None


def test_a_check_is_named_for_whether_it_answers_or_raises() -> None:
    found = [f"{path}:{fault}" for path, tree in SOURCES.items() for fault in faults(tree)]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "def may_order() -> None: ...",
        "async def _is_open() -> bool | None: ...",
        "def must_be_whole(self) -> None: ...",
        "def check(self) -> None: ...",
        "def whole(self) -> None:\n    if self.died:\n        raise ProcessBroken(self.died)",
        "async def both(self) -> None:\n    await self.policy.require_any()",
        "def whole(self) -> None:\n    '''ProcessBroken when it ended.'''\n    self.look()",
        "def require_whole(self) -> None:\n    '''It has to be whole.'''",
        "def require_whole(self) -> None: ...",
    ],
)
def test_a_check_with_another_name_is_noticed(source: str) -> None:
    assert len(faults(ast.parse(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "def may_order() -> bool: ...",
        "def can() -> Callable[[P], P]: ...",
        "def require_whole(self) -> None:\n    '''ProcessBroken when it ended.'''",
        "def require_short(text: str) -> str:\n    '''BadInput where it is too long.'''",
        "def check(self) -> list[Problem]: ...",
        "def stop(self) -> None:\n    if self.on:\n        raise KeyError\n    self.on = True",
    ],
)
def test_what_is_named_for_it_is_let_through(source: str) -> None:
    assert faults(ast.parse(source)) == []
