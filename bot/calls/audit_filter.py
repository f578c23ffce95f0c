"""What the audit log can be searched for, and the words by which its entries are found."""

from collections.abc import Iterable, Sequence

from pydantic import AwareDatetime, Field

from bot.calls.models import Frozen, Vendor
from bot.calls.names import fold
from bot.calls.outcomes import State

EVERYONE, SPARED = "everyone", "but "
"""How an entry names an act on all in a call, and begins the names of those it left as they are."""

MAX_WORDS = 100
"""Characters of a person's name or id that are looked for."""

_WORD = r"^[^\x00]{1,64}$"
"""A database keeps no NUL in a text."""


class AuditFilter(Frozen):
    """What audit entries are searched for; None, or no verb, means any.

    `person` is whom it was done to: an id, or a part of one or of the name, as names are compared.
    `by` is the Slack user id of who asked; `verbs` are their names; `since` is the earliest moment,
    `until` the one before which an entry has to be. State ASKED are the cases in progress now.
    """

    person: str | None = Field(default=None, max_length=MAX_WORDS)
    by: str | None = Field(default=None, pattern=_WORD)
    verbs: tuple[str, ...] = ()
    vendor: Vendor | None = None
    state: State | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class AuditQuery(AuditFilter):
    """An AuditFilter for a page of the audit log: of one case, or before an entry, if need be."""

    case: int | None = None
    before: int | None = None
    limit: int = 10

    @property
    def is_narrow(self) -> bool:
        """Whether it asks for anything but the newest entries."""
        return any(getattr(self, name) for name in AuditFilter.model_fields)


def aimed_at(people: Sequence[str], reached: Sequence[str] = ()) -> str:
    """The text by which an entry is found by its people: a folded name or id a line.

    `reached` are the people that an act on everyone reached, each by name.
    """
    named: Iterable[str] = people
    if people and people[0] == EVERYONE:
        named = (person for person in people if not person.startswith(SPARED))
    return "\n".join(map(fold, (*named, *reached)))
