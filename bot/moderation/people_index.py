"""People found by what is typed for them: by any id, by a whole name, or by words of a name."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from bot.calls.models import Participant
from bot.calls.names import with_plain_blanks, without_accents

LIST_SIGNS = ",\uff0c\u3001\u060c;\uff1b\u061b"
"""Commas and semicolons: what may stand between two names."""

BREAKS = f"{LIST_SIGNS}:\uff1a&\uff06"
"""Signs that are words of their own, with or without spaces around them."""

_WORD = re.compile(rf"[{BREAKS}]|[^\s{BREAKS}]+")
_CUT_OFF = "..."
"""How a name ends that a card had to cut (… folded)."""
_LEAST_OF_CUT = 20
"""Characters of a cut name that have to be there for it to be one."""


class Word(NamedTuple):
    """A word of a text, folded, and where it stands."""

    folded: str
    start: int
    end: int


class Match(NamedTuple):
    """A person whom the first `length` words of a text may name, by the `whole` name or a part."""

    person: Participant
    length: int
    whole: bool


def words_of(text: str) -> list[Word]:
    """The words of `text` as names are compared; what cannot be seen is none."""
    found = (
        Word(without_accents(each[0]).translate(_COMMA), each.start(), each.end())
        for each in _WORD.finditer(with_plain_blanks(text))
    )
    return [word for word in found if word.folded]


_COMMA = dict.fromkeys(map(ord, LIST_SIGNS), ",")

Key = tuple[str, ...]
Index = dict[str, list[tuple[Key, Participant]]]
"""From the first word of a name to all of it, and who is called so."""


class PeopleIndex:
    """The people in a call whom an act can reach, and those who `left` it lately, by any name.

    `unlisted` counts those who are in the call and could not be read.
    """

    def __init__(
        self,
        people: Iterable[Participant],
        left: Iterable[Participant] = (),
        unlisted: int = 0,
    ) -> None:
        self.people = tuple(person for person in people if person.known)
        self.left = tuple(person for person in left if person.known)
        self.unlisted = unlisted

    @cached_property
    def _wholes(self) -> Index:
        index: Index = {}
        for person in (*self.people, *self.left):
            names = (person.name or "", person.shown, person.id, person.custom_id or "")
            for key in {_key(name) for name in names} - {()}:
                index.setdefault(key[0], []).append((key, person))
        return index

    @cached_property
    def _parts(self) -> Index:
        index: Index = {}
        for person in (*self.people, *self.left):
            name = _key(person.name or "")
            for start in range(len(name)):
                index.setdefault(name[start], []).append((name[start:], person))
        return index

    def at_front(self, words: Sequence[str]) -> list[Match]:
        """Everybody whom the first of `words` (folded) may name, each way to read them once."""
        if not words:
            return []
        wholes = {
            (len(key), person.id): Match(person, len(key), whole=True)
            for key, person in self._wholes.get(words[0], ())
            if tuple(words[: len(key)]) == key
        }
        parts: dict[str, Match] = {}
        for key, person in self._parts.get(words[0], ()):
            length = _common(key, words)
            if person.id not in parts or parts[person.id].length < length:
                parts[person.id] = Match(person, length, whole=False)
        return [*wholes.values(), *self._cut_off(words), *parts.values()]

    def _cut_off(self, words: Sequence[str]) -> list[Match]:
        """Names too long for a card, typed as it shows them: cut, with … at the end."""
        length = next((n for n, word in enumerate(words, 1) if word.endswith(_CUT_OFF)), 0)
        start = " ".join(words[:length]).removesuffix(_CUT_OFF)
        if len(start) < _LEAST_OF_CUT:
            return []
        return [
            Match(person, length, whole=True)
            for person in (*self.people, *self.left)
            if " ".join(_key(person.shown)).startswith(start)
        ]

    def find(self, text: str) -> list[Participant]:
        """Who `text`, all of it, may mean: by id or whole name, else by words of the name.

        Two whose ids differ only in how they are written are told apart by the id as it is.
        """
        found: dict[str, Match] = {}
        for variant in (text, text.strip().removeprefix("@")):
            words = [word.folded for word in words_of(variant)]
            for match in self.at_front(words):
                if match.length == len(words) and (match.whole or match.person.id not in found):
                    found[match.person.id] = match
        wholes = [match.person for match in found.values() if match.whole]
        return exactly(text, wholes) or [match.person for match in found.values()]


def exactly(text: str, people: Sequence[Participant]) -> list[Participant]:
    """Those of `people` who bear `text` as an id, letter by letter, or as a name.

    All of them where nobody has that id. Ids that differ only in capital letters are so told apart.
    """
    by_id = [person for person in people if text in {person.id, person.custom_id}]
    named = [
        person for person in people if _key(text) in {_key(person.name or ""), _key(person.shown)}
    ]
    if not by_id:
        return list(people)
    return [person for person in people if person in by_id or (person in named and person.name)]


def shown_as(person: Participant, text: str) -> bool:
    """Whether `text` is the whole name that is shown of somebody."""
    return _key(text) == _key(person.shown)


def _key(text: str) -> Key:
    return tuple(word.folded for word in words_of(text))


def _common(key: Key, words: Sequence[str]) -> int:
    """How many words both begin with; a sign at the end is none, for it may end what is typed."""
    pairs = zip(key, words, strict=False)
    length = next(
        (n for n, (one, other) in enumerate(pairs) if one != other), min(len(key), len(words))
    )
    while length > 1 and key[length - 1] in BREAKS:
        length -= 1
    return length
