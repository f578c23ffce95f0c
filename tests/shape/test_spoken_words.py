"""What people read uses the words they know: no terms of our own, no codes of machines."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPOKEN = [
    *sorted((ROOT / "bot").glob("*.py")),
    *(
        path
        for room in ("calls", "digests", "doctor", "moderation", "policy", "providers", "store")
        for path in sorted((ROOT / "bot" / room).rglob("*.py"))
    ),
    *sorted((ROOT / "handlers").rglob("*.py")),
]

NOT_SAID = {
    r"\banswers to “|\b[Ww]hom\?": "matches, recent, who",
    r"\bcan be said\b|\bcannot be asked for\b|\bcannot do “": "commands, not available on",
    r"\bthe record\b|\bon record\b": "the audit log",
    r"\bnot confirmed\b": "unknown",
    r"\btake[ns]? (it )?back\b|\btook (it )?back\b": "undo",
    r"\bwritten down\b|\bwritten into\b": "saved, recorded",
    r"\bspared\b": "except …, left out",
    r"\bbut the\b.*\bspared\b": "except …",
    r"\b(it )?wants an? (number|moderator|role|reason)\b": "add …",
    r"\bsomething left over\b": "I did not understand “…”",
    r"\bleft alone\b": "not responding",
    r"\bnothing near it\b": "(nothing)",
    r"\bIt was so\b|\bwas so already\b|\bit is so\b|\bit is not so\b": "already …",
    r"\bwhat waits\b": "what needs attention",
    r"\bkeeps no trace\b": "does not show",
    r"\b(IN)?ACTIVE\b": "locked, not locked",
    r"\bno moment\b": "I did not understand the time",
    r"\bTaken up\b|\bTaken back\b": "Tried, Undone",
}
"""What is never said to people, and what is said instead."""


def spoken(path: Path) -> Iterator[tuple[int, str]]:
    """The sentences in a file: texts with a space in them that are no docstring and not logged."""
    tree = ast.parse(path.read_text("utf-8"))
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("log.", "structlog.")):
            silent.update(id(part) for part in ast.walk(node))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
            and " " in node.value
        ):
            yield node.lineno, node.value


SENTENCES = [
    (f"{path.relative_to(ROOT)}:{line}", text) for path in SPOKEN for line, text in spoken(path)
]


@pytest.mark.parametrize("pattern", NOT_SAID)
def test_no_sentence_has_a_word_of_our_own(pattern: str) -> None:
    banned = re.compile(pattern)
    found = [
        f"{where}: {text!r}; say: {NOT_SAID[pattern]}"
        for where, text in SENTENCES
        if banned.search(text)
    ]
    assert found == []
