"""What a verb is: its words, aim, options, weight and inverse."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from bot.calls.actors import Role
from bot.calls.models import Call, Frozen


class Aim(StrEnum):
    """What a verb is aimed at."""

    PEOPLE = "people"
    """People who are in the call now."""
    ABSENT = "absent"
    """One person by id, who need not be in the call."""
    CALL = "call"
    """The call as a whole."""


class Listed(StrEnum):
    """A vendor's list of people; somebody absent has to be on it to be meant by some verbs."""

    BLOCKED = "blocked"
    BANNED = "banned"
    MEMBERS = "members"

    @property
    def label(self) -> str:
        """The name of the list, in a word."""
        return self.value.capitalize()


class Weight(StrEnum):
    """How much is asked of a moderator before an act: HEAVY: a confirmation and a reason."""

    LIGHT = "light"
    HEAVY = "heavy"


class Heading(StrEnum):
    """The heading of the help that a verb stands under, in the order to show them."""

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
    """Something a moderator can do: class attributes describe it, fields are its options.

    An option whose type is an enum is typed as `--value`. A `TargetName`, `Name` or `FileName` is
    the word after the call and the people; so is a `RecordingId`, where that word is the beginning
    of one. A `Line` is all that is left.
    """

    name: ClassVar[str]
    """Its name in cases, buttons and the audit log."""
    words: ClassVar[tuple[str, ...]]
    """What is typed for it."""
    heading: ClassVar[Heading]
    label: ClassVar[str]
    """What its button says."""
    do: ClassVar[str]
    """How it is asked for, as in *kick*."""
    doing: ClassVar[str]
    """How it goes on, as in *kicking*."""
    done: ClassVar[str]
    """How it ended, as in *kicked* Ann from “Room”."""
    of: ClassVar[str] = "in"
    """The word between the person and the call, as in kicked Ann *from* “Room”."""
    aim: ClassVar[Aim]
    listed: ClassVar[Listed | None] = None
    """The list that somebody absent is on whom it can mean; None: anybody, by id."""
    everyone: ClassVar[bool] = False
    """Whether it can be done to everyone in a call."""
    weight: ClassVar[Weight] = Weight.LIGHT
    repeatable: ClassVar[bool]
    """Whether it may be sent again after a lost answer; else the vendor is read first."""
    least: ClassVar[Role] = Role.MODERATOR
    """The least role for it."""
    least_for_all: ClassVar[Role] = Role.MODERATOR
    """The least role for it as an act on everyone."""
    dangerous: ClassVar[bool] = False
    """Whether it hits all in the call, shows it to the public or destroys something: a red button.

    An act on everyone has a red button whatever its verb is.
    """
    drawn: ClassVar[bool] = True
    """Whether cards have a button for it; other verbs are reached by words and by the form."""
    drawn_for_all: ClassVar[bool] = False
    """Whether cards have a button for it as an act on everyone."""
    substitute: ClassVar[bool] = False
    """Whether it only stands in where a vendor lacks the real thing, and is missed nowhere else."""
    spelt_out: ClassVar[bool] = False
    """Whether its options are always told, because it says nothing without them."""
    read_first: ClassVar[bool] = True
    """Whether it is sent only once the vendor was read and it is not so already.

    False where speed counts, or where what does not show may be mistyped.
    """
    outlives: ClassVar[bool] = False
    """Whether it can be done once the call is over."""
    counted: ClassVar[bool] = False
    """Whether it is asked before how many people will leave by it."""
    keeps_out: ClassVar[bool] = False
    """Whether it also reaches people who left the call a moment ago."""
    apart: ClassVar[bool] = False
    """Whether it changes nothing of a call that another verb changes: see `bot.calls.contention`.

    Then it waits only for its own kind.
    """
    summary: ClassVar[str]
    warning: ClassVar[str]
    """What the form says before it is sent: what it does, and what cannot be undone."""
    example: ClassVar[str]

    @classmethod
    def required(cls) -> tuple[str, ...]:
        """The names of the options that have to be said, in order."""
        return tuple(name for name, field in cls.model_fields.items() if field.is_required())

    @classmethod
    def does(cls) -> str:
        """The verb as said of somebody else, before the people: `mutes`, `grants … to`."""
        first, space, rest = cls.do.partition(" ")
        return f"{first.lower()}s{space}{rest}"

    @classmethod
    def by_name(cls) -> bool:
        """Whether it is aimed at people who are there or on a list, so that they can be named."""
        return cls.aim is Aim.PEOPLE or cls.listed is not None

    @classmethod
    def running(cls, call: Call) -> tuple[str, ...] | None:  # noqa: ARG003  verbs below look at it
        """The names of what it could stop on `call`; None when nothing there has a name."""
        return None

    @property
    def named(self) -> str:
        """The label, with the name of what it stops where that has one."""
        return self.label

    def inverse(self) -> "Verb | None":
        """The verb that takes this one back on the same target; None when nothing does."""
        return None

    @classmethod
    def impossible(cls, call: Call) -> str:  # noqa: ARG003  the verbs below look at it
        """Why it cannot be done in `call`, whatever its vendor can do in others; else empty."""
        return ""

    def pointless(self, call: Call) -> bool:  # noqa: ARG002  the verbs below look at it
        """Whether the verb would change nothing on `call`, as far as the call shows that.

        A button for it is not drawn then; typed, it is still tried.
        """
        return False
