"""Reading words that name people, against who is in a call and who left it a moment ago.

`Sam Porter being rude`, `@sam and "Bob Lee"`, `all but @ann, bob`: names cannot be told from the
reason by signs alone, so what is read depends on who is there. The longest whole name is the
likeliest; whatever else the same words may mean is kept beside it, and somebody is asked.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.calls.models import Participant
from bot.moderation.people_index import (
    LIST_SIGNS,
    Match,
    PeopleIndex,
    Word,
    exactly,
    shown_as,
    words_of,
)

EVERYONE = frozenset({"all", "everyone", "everybody"})
EXCEPT = frozenset({"except", "but", "besides", "excluding", "without", "minus"})
_EXCEPT_TOO = frozenset({("other", "than"), ("apart", "from"), ("except", "for"), ("but", "for")})
_AND = frozenset({"and", "&", "+"})

MOST_NAMED = 50
"""People named in one order at most."""

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
"""Everything people and their keyboards write for a dash."""

_APOSTROPHES = "'\u2018\u2019\u201a\u201b`\u00b4"
_DOUBLE = '"\u201c\u201d\u201e\u201f\u2033\uff02'
QUOTES = {
    **dict.fromkeys(_APOSTROPHES, _APOSTROPHES),
    **dict.fromkeys(_DOUBLE, _DOUBLE),
    "\u00ab": "\u00bb",
    "\u00bb": "\u00ab",
    "\u2039": "\u203a",
    "\u203a": "\u2039",
    "\u300c": "\u300d",
    "\u300e": "\u300f",
}
"""What may close each opening quotation mark; phones mix those of one kind."""

_SIGNS = "-,:(["
"""What may stand between all and who is left out of it."""

_AT = re.compile(r"(?<!\S)@")
LONE_DASH = re.compile(rf"^[{re.escape(DASHES)}]+(?:\s+|$)")
"""Dashes that only part a reason from what stands before it."""


@dataclass(frozen=True)
class ParsedPeople:
    """What words mean: the likeliest `people`, or `everyone` but those, and the `rest` of the text.

    `others` may be meant as well, `unknown` are names that nobody answers to. Of `people`, `left`
    are in the call no more, and `doubted` may be whom the reason is about. `or_everyone` is whether
    the words may mean everyone too, `by_id` whether each is named by an id, letter by letter;
    `unlisted` are in the call, could not be read, and may bear a name that was said; `excepting` is
    whether somebody is to be left out of everyone, known or not.
    """

    people: tuple[Participant, ...] = ()
    everyone: bool = False
    rest: str = ""
    others: tuple[Participant, ...] = ()
    unknown: tuple[str, ...] = ()
    left: tuple[Participant, ...] = ()
    doubted: tuple[Participant, ...] = ()
    or_everyone: bool = False
    by_id: bool = True
    unlisted: int = 0
    excepting: bool = False

    @property
    def settled(self) -> bool:
        """Whether there is exactly one way to read the words, and everybody named is there."""
        doubt = (self.others, self.unknown, self.left, self.doubted)
        sure = not (any(doubt) or self.or_everyone or self.unlisted)
        return sure and bool(self.people or (self.everyone and not self.excepting))

    @property
    def surely_ends(self) -> bool:
        """Whether it reads so whoever came in since: a name may fit two by now, an id does not."""
        return self.by_id and not self.rest[:1].isupper()


@dataclass(frozen=True)
class _Named:
    """One name in a text: whom it means, and where the text goes on.

    `whole` is a whole name or id; `by_id` is an id letter by letter; `sure` is one that ends where
    it says: an id, a name as it is shown, or in quotation marks.
    """

    people: tuple[Participant, ...]
    others: tuple[Participant, ...]
    end: int
    whole: bool
    by_id: bool
    sure: bool


def quoted_at(text: str, start: int = 0) -> list[tuple[str, int]]:
    """Names in quotation marks that begin at `start`, longest first, each with where it ends.

    Before the mark may stand @. An apostrophe closes only where a word ends. Empty where no
    quotation mark opens; where one does and is not closed, the end is -1.
    """
    mark = start + (text[start : start + 1] == "@")
    closing = QUOTES.get(text[mark : mark + 1])
    if closing is None:
        return []
    ends = [at for at in range(mark + 1, len(text)) if text[at] in closing]
    at_word_end = [at for at in ends if _ends_word(text, at)]
    ends = at_word_end or ([] if text[mark] in _APOSTROPHES else ends[:1] or [-1])
    return [
        (text[mark + 1 : end].strip() if end > 0 else text[mark + 1 :], end + 1 if end > 0 else -1)
        for end in reversed(ends)
    ]


def _ends_word(text: str, at: int) -> bool:
    following = text[at + 1 : at + 2]
    return not following or following.isspace() or following in f"{LIST_SIGNS}:"


def parse_people(text: str, people_index: PeopleIndex, *, everyone: bool) -> ParsedPeople:
    """Read who is named at the front of `text`; `everyone` is whether all may be meant at once."""
    first = words_of(text)[:1]
    if not (everyone and first and first[0].folded.removeprefix("@") in EVERYONE):
        return _Parser(text, people_index).read()
    named = _Parser(text, people_index).name(first[0].start)
    reading = _everyone(text[first[0].end :], people_index)
    if named is None:
        return reading
    if not named.whole:
        return replace(reading, others=_distinct((*reading.others, *named.people)))
    return replace(_Parser(text, people_index).read(), or_everyone=True)


def _everyone(text: str, people_index: PeopleIndex) -> ParsedPeople:
    """All, or all but those who are named next; nobody named there is never all."""
    words = [word for word in words_of(text) if word.folded.strip(_SIGNS)][:2]
    said = tuple(word.folded.lstrip(_SIGNS) for word in words)
    if said in _EXCEPT_TOO:
        end = words[1].end
    elif said and said[0] in EXCEPT:
        end = words[0].end
    else:
        others = (*_pointed_at(text, people_index), *_named_early(words, text, people_index))
        return ParsedPeople(everyone=True, rest=_reason(text), others=_distinct(others))
    reading = _Parser(text[end:], people_index).read()
    unknown = reading.unknown or (() if reading.people or reading.others else (text.strip(),))
    return replace(reading, everyone=True, excepting=True, unknown=unknown)


def _pointed_at(reason: str, people_index: PeopleIndex) -> tuple[Participant, ...]:
    """Who is named with @ in the reason of an act on all: they may have been meant as spared."""
    reader = _Parser(reason, people_index)
    found = (reader.name(at.start()) for at in _AT.finditer(reason))
    return _distinct(person for named in found if named for person in named.people)


def _named_early(
    words: Sequence[Word], text: str, people_index: PeopleIndex
) -> Iterable[Participant]:
    """Whose whole name is the first or second thing said behind all: `all, not Bob`, `all Bob`."""
    named = (_Parser(text, people_index).name(word.start) for word in words)
    return (person for item in named if item and item.whole for person in item.people)


class _Parser:
    """A text on its way through: what was found, and how far it is read."""

    def __init__(self, text: str, people_index: PeopleIndex) -> None:
        self._text = text
        self._crowd = people_index
        self._people: list[Participant] = []
        self._others: list[Participant] = []
        self._doubted: list[Participant] = []
        self._by_id = True
        self._unknown: list[str] = []

    def read(self) -> ParsedPeople:
        """All names at the front, and what is left."""
        at, more = 0, True
        while more and len(self._people) <= MOST_NAMED:
            at = self._one(at)
            at, more = self._joined(at)
        rest = _reason(self._text[at:])
        people = _distinct(self._people)
        others = [*self._others, *self._named_in(rest)]
        return ParsedPeople(
            people=people,
            rest=rest,
            others=_without(others, people),
            unknown=tuple(dict.fromkeys(self._unknown)),
            doubted=_distinct(self._doubted),
            by_id=self._by_id,
            unlisted=0 if self._by_id else self._crowd.unlisted,
            left=tuple(person for person in people if person in self._crowd.left),
        )

    def _one(self, at: int) -> int:
        """Read one name; where it ends."""
        named = self.name(at)
        if named is None:
            word, end = self._strange(at)
            self._unknown += [word] if word else []
            return end
        if len(named.people) > 1:
            self._others += named.people
        else:
            self._people += named.people
        self._others += named.others
        self._by_id &= named.by_id
        following = self._text[named.end :].lstrip()
        if not named.sure and self._text[named.end :] != following and following[:1].isupper():
            so_far = self._text[at : named.end].strip().removeprefix("@")
            self._unknown.append(f"{so_far} {following.split()[0]}")
        return named.end

    def _joined(self, at: int) -> tuple[int, bool]:
        """Whether another name follows, and where."""
        words = words_of(self._text[at:])
        if not words:
            return at, False
        first = words[0]
        if first.folded == ",":
            after = words[1:] if len(words) > 1 and words[1].folded in _AND else words
            return at + after[0].end, len(after) > 1
        if first.folded in _AND:
            return self._after_and(at, at + first.end)
        start = at + first.start
        marked = self._text[start : start + 1] == "@" or bool(quoted_at(self._text, start))
        return (start, True) if marked else (at, False)

    def _after_and(self, before: int, after: int) -> tuple[int, bool]:
        """`and` joins two names, or begins a reason: where it is not sure, it is asked."""
        words = words_of(self._text[after:])
        if not words:
            self._unknown.append(self._text[before:].strip())
            return before, False
        start = after + words[0].start
        marked = self._text[start : start + 1] == "@" or bool(quoted_at(self._text, start))
        named = self.name(start)
        if named is None and not marked:
            self._unknown.append(self._strange(start)[0])
            return before, False
        if named is not None and not marked and words_of(self._text[named.end :]):
            self._unsure(named, before)
        return start, True

    def _unsure(self, named: _Named, before: int) -> None:
        """Words go on behind a name after a bare `and`: it may be what the reason is about."""
        and_word = words_of(self._text[before:])[0].folded
        after = words_of(self._text[named.end :])[0].folded
        if and_word == "and" and after not in {",", *_AND}:
            self._doubted += named.people

    def name(self, at: int) -> _Named | None:
        """Whom the text names at this place; None when nobody answers to it."""
        start = at + len(self._text[at:]) - len(self._text[at:].lstrip())
        quoted = self._quoted(start)
        plain = self._plain(start)
        if quoted is None or (plain is not None and plain.whole and plain.end > quoted.end):
            return plain
        return quoted

    def _quoted(self, start: int) -> _Named | None:
        for content, end in quoted_at(self._text, start):
            if end > 0 and (people := self._crowd.find(content)):
                by_id = _all_by_id(people, content.removeprefix("@"))
                return _Named(tuple(people), (), end, whole=True, by_id=by_id, sure=True)
        return None

    def _plain(self, start: int) -> _Named | None:
        best: _Named | None = None
        signs = len(self._text[start:]) - len(self._text[start:].lstrip("@\uff20"))
        for skip in dict.fromkeys((0, min(signs, 1), signs)):
            words = words_of(self._text[start + skip :])
            found = self._crowd.at_front([word.folded for word in words])
            if not found:
                continue
            chosen, others, length, whole = _likeliest(found)
            typed = self._text[start + skip :][: words[length - 1].end].strip()
            here = exactly(typed, chosen)
            by_id = _all_by_id(here, typed)
            if by_id:
                whole_ones = [match.person for match in found if match.whole]
                others = _without(whole_ones, here)
            end = start + skip + words[length - 1].end
            sure = by_id or all(shown_as(person, typed) for person in here)
            named = _Named(tuple(here), others, end, whole, by_id, sure)
            if best is None:
                best = named
            else:
                best = replace(best, others=(*best.others, *named.people, *named.others))
        return best

    def _strange(self, at: int) -> tuple[str, int]:
        """The name here that nobody answers to, and where it ends."""
        start = at + len(self._text[at:]) - len(self._text[at:].lstrip())
        for content, end in reversed(quoted_at(self._text, start)):
            if end > 0:
                return content, end
        words = words_of(self._text[start:])
        if not words or words[0].folded == ",":
            return "", start
        word = self._text[start + words[0].start : start + words[0].end]
        return word.lstrip("@"), start + words[0].end

    def _named_in(self, rest: str) -> Iterable[Participant]:
        """Whose shown name stands where the reason begins: perhaps a comma is missing."""
        if not self._people:
            return ()
        words = words_of(rest)
        found = self._crowd.at_front([word.folded for word in words])
        return [one for one, length, _ in found if shown_as(one, rest[: words[length - 1].end])]


def _all_by_id(people: Iterable[Participant], typed: str) -> bool:
    return all(typed in {person.id, person.custom_id} for person in people)


def _likeliest(
    found: Sequence[Match],
) -> tuple[list[Participant], tuple[Participant, ...], int, bool]:
    """Who is meant most likely, who else may be, how many words that takes, and if it is whole.

    Parts of names that are shorter than a whole name that fits do not count.
    """
    longest_whole = max((match.length for match in found if match.whole), default=0)
    longest = max(match.length for match in found)
    whole = longest_whole == longest
    chosen = [match for match in found if match.length == longest and match.whole is whole]
    others = [match for match in found if match.whole or match.length >= longest_whole]
    people = list(_distinct([match.person for match in chosen]))
    rest = _without([other.person for other in others], people)
    return people, rest, longest, whole


def _distinct(people: Iterable[Participant]) -> tuple[Participant, ...]:
    return tuple({person.id: person for person in people}.values())


def _without(some: Iterable[Participant], others: Iterable[Participant]) -> tuple[Participant, ...]:
    known = {person.id for person in others}
    return tuple(participant for participant in _distinct(some) if participant.id not in known)


def _reason(text: str) -> str:
    """What is left as a reason: without what parts it from the names."""
    return LONE_DASH.sub("", text.lstrip(f" {LIST_SIGNS}:")).strip()
