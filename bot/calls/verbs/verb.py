"""What a verb is: its words, aim, options, weight and inverse."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from bot.calls.actors import Role
from bot.calls.models import Call, Frozen


class Aim(StrEnum):
    """What a verb is pointed at."""

    PEOPLE = "people"
    """People who are in the call now."""
    ABSENT = "absent"
    """One person by id, who need not be in the call."""
    CALL = "call"
    """The call as a whole."""


class Listed(StrEnum):
    """The vendor's list that somebody absent has to be on to be meant by a verb."""

    BLOCKED = "blocked"
    BANNED = "banned"
    MEMBERS = "members"

    @property
    def label(self) -> str:
        """The list in a word."""
        return self.value.capitalize()


class Weight(StrEnum):
    """HEAVY acts ask to confirm and want a reason."""

    LIGHT = "light"
    HEAVY = "heavy"


class Heading(StrEnum):
    """Under which heading of the help a verb stands, in the order to show them."""

    PEOPLE = "People"
    GROUP = "The chat group behind a call"
    ROOM = "The call"
    MEDIA = "Recordings, streams, what is said"


LONGEST_NAME = 255
"""Characters in the name of an RTMP output."""

OutputName = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]
"""The name of an RTMP output that runs, as the vendor lists it: anything may stand in it."""

TargetName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""The name of an RTMP target in callwarden.toml; its address and key are never typed into Slack."""

Name = Annotated[str, StringConstraints(pattern=r"^[^\s/\\]{1,128}$")]
"""The name of something at the vendor, one word: a preset."""


def _no_folder(name: str) -> str:
    if name in {".", ".."}:
        raise ValueError("that is a folder")
    return name


FileName = Annotated[
    str,
    StringConstraints(pattern=r"^[^\s/\\\x00-\x1f\x7f]{1,255}$"),
    AfterValidator(_no_folder),
]
"""The name of a file as the vendor lists it: one word that can lead into no other folder."""

FROM_LIST = object()
"""Marks an option that is chosen from what the vendor lists, or left out."""

RecordingId = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,128}$")] | None, FROM_LIST
]
"""A recording by its vendor's id, or the beginning of it; None where only one can be meant."""

TO_READ = object()
"""Marks an option that is a text for people to read."""

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), TO_READ
]
"""A text for people to read; typed, it is everything that is left."""

Answers = Annotated[tuple[Line, ...], Field(min_length=2, max_length=10), TO_READ]
"""What can be answered to a question, each once; typed, each follows a `|`."""


class Verb(Frozen):
    """Something a moderator can do. Class attributes describe it; fields are its options.

    In words it is `done` somebody `of` a call: kicked Ann from “Room”; `doing` while it goes on,
    `do` when it is asked for. An option whose type is an enum is typed as `--value`; a
    `TargetName`, `Name` or `FileName` is the word after the call and whom, a `RecordingId` too
    where that word is the beginning of one; a `Line` is all that is left. `repeatable` verbs may be
    sent again after a lost answer; for the rest the vendor is read first. `least_for_all` is the
    role for an act on everyone.
    A `dangerous` verb hits everyone in the call, shows it to the public or destroys something: its
    button is red, as is one for everyone.
    `drawn` verbs are on the cards, `drawn_for_all` as an act on everyone; the others are reached by
    words and by the form. A `substitute` stands in where a vendor lacks the real thing, and is
    missed nowhere else. The options of a `spelt_out` verb are always told: without them
    it says nothing. An `ABSENT` verb means those who are `listed`, or anybody where that is None.
    One that `outlives` its call can be done once that is over.
    A `read_first` verb is sent only once the vendor was read and it is not so already; the others
    are not, where speed counts, or where what does not show may be mistyped.
    Of a `counted` verb it is asked before how many people leave by it.
    One that `keeps_out` also reaches people who left the call a moment ago.
    An `apart` verb aimed at the call changes nothing that another verb changes: it waits only for
    its own kind; see `bot.calls.contention`.
    """

    name: ClassVar[str]
    words: ClassVar[tuple[str, ...]]
    heading: ClassVar[Heading]
    label: ClassVar[str]
    do: ClassVar[str]
    doing: ClassVar[str]
    done: ClassVar[str]
    of: ClassVar[str] = "in"
    aim: ClassVar[Aim]
    listed: ClassVar[Listed | None] = None
    everyone: ClassVar[bool] = False
    weight: ClassVar[Weight] = Weight.LIGHT
    repeatable: ClassVar[bool]
    least: ClassVar[Role] = Role.MODERATOR
    least_for_all: ClassVar[Role] = Role.MODERATOR
    dangerous: ClassVar[bool] = False
    drawn: ClassVar[bool] = True
    drawn_for_all: ClassVar[bool] = False
    substitute: ClassVar[bool] = False
    spelt_out: ClassVar[bool] = False
    read_first: ClassVar[bool] = True
    outlives: ClassVar[bool] = False
    counted: ClassVar[bool] = False
    keeps_out: ClassVar[bool] = False
    apart: ClassVar[bool] = False
    summary: ClassVar[str]
    warning: ClassVar[str]
    example: ClassVar[str]

    @classmethod
    def required(cls) -> tuple[str, ...]:
        """The options that have to be said, in order."""
        return tuple(name for name, field in cls.model_fields.items() if field.is_required())

    @classmethod
    def does(cls) -> str:
        """It as somebody else's act, the people to follow: `mutes`, `grants a permission to`."""
        first, space, rest = cls.do.partition(" ")
        return f"{first.lower()}s{space}{rest}"

    @classmethod
    def by_name(cls) -> bool:
        """Whether it means people who are there or on a list, so that names tell them."""
        return cls.aim is Aim.PEOPLE or cls.listed is not None

    @classmethod
    def running(cls, call: Call) -> tuple[str, ...] | None:  # noqa: ARG003  verbs below look at it
        """What it may stop on `call`, by name; None when it stops nothing that is named there."""
        return None

    @property
    def named(self) -> str:
        """The label, with what it stops where that has a name of its own."""
        return self.label

    def inverse(self) -> "Verb | None":
        """The verb that takes this one back on the same target, None when nothing does."""
        return None

    @classmethod
    def impossible(cls, call: Call) -> str:  # noqa: ARG003  the verbs below look at it
        """Why it cannot be done in `call`, whatever its vendor can do elsewhere; else empty."""
        return ""

    def pointless(self, call: Call) -> bool:  # noqa: ARG002  the verbs below look at it
        """Whether it would change nothing on `call` as it is, or nothing shows that it would.

        A button for it is not drawn then; typed, it is still tried.
        """
        return False
