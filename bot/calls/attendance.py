"""Who was in a call: every stay, from when to when, and how it ended."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.calls.cases import Case
from bot.calls.models import Frozen
from bot.calls.outcomes import Result, State
from bot.calls.verbs import Block, End, Kick

REMOVING = (Kick, Block, End)
"""The verbs after which somebody is gone."""

EARLIER, LATER = timedelta(seconds=5), timedelta(seconds=30)
"""How much earlier than its order, or later than its outcome, a removal may show at the vendor."""


class Attendee(Frozen):
    """One stay of somebody in a call; several devices, or coming back, are several stays.

    `joined_at` None is somebody who was invited and never came. `left_at` is None while they are
    there. `audio_seconds` and `video_seconds` are how long they sent, None where the vendor does
    not say. `how` is in words how it ended, where that is known.
    """

    id: str
    name: str | None = None
    custom_id: str | None = None
    role: str | None = None
    joined_at: datetime | None = None
    left_at: datetime | None = None
    audio_seconds: int | None = None
    video_seconds: int | None = None
    how: str = ""

    @property
    def here(self) -> bool:
        """Whether they are in the call now."""
        return self.joined_at is not None and self.left_at is None


_NEVER = datetime.max.replace(tzinfo=UTC)


def by_arrival(stay: Attendee) -> tuple[datetime, str]:
    """A sort key for stays: by when they began, then by id; those who never came are last."""
    return stay.joined_at or _NEVER, stay.id


class Attendance(Frozen):
    """Who was in one run of a call, sorted by arrival; times are UTC.

    `more` says that the vendor has more stays than were read; `note` is what has to be known of it.
    """

    stays: tuple[Attendee, ...] = ()
    more: bool = False
    note: str = ""

    def with_causes(self, cases: Sequence[Case]) -> "Attendance":
        """A copy in which stays that a case of ours ended say so: `kicked, case #18`.

        No vendor tells who removed somebody, so a stay is matched with a confirmed removal around
        the time it ended. The case also gives the name where the vendor's list has none.
        """
        removals = [case for case in cases if isinstance(case.act.verb, REMOVING)]
        stays = tuple(_explained(stay, removals) for stay in self.stays)
        return self.model_copy(update={"stays": stays})

    def with_names(self, name_of: Callable[[str], str | None]) -> "Attendance":
        """A copy with the names that `name_of` has for ids where the vendor's list has none."""
        stays = tuple(
            stay if stay.name else stay.model_copy(update={"name": name_of(stay.id)})
            for stay in self.stays
        )
        return self.model_copy(update={"stays": stays})


def _explained(stay: Attendee, removals: Sequence[Case]) -> Attendee:
    for case in removals:
        result = _removed(case, stay)
        if result is not None:
            verb = "ended" if isinstance(case.act.verb, End) else case.act.verb.done
            name = stay.name or (result.name if result.person else None)
            return stay.model_copy(update={"how": f"{verb}, case #{case.number}", "name": name})
    return stay


def _removed(case: Case, stay: Attendee) -> Result | None:
    """The result of the case that ended this stay; None when it did not."""
    if stay.left_at is None or case.finished_at is None:
        return None
    if not case.asked_at - EARLIER <= stay.left_at <= case.finished_at + LATER:
        return None
    return next((result for result in case.results if _reached(result, case, stay)), None)


def _reached(result: Result, case: Case, stay: Attendee) -> bool:
    if result.state is not State.CONFIRMED:
        return False
    if result.person is None:
        return case.act.everyone or isinstance(case.act.verb, End)
    return result.person in {stay.id, stay.custom_id}
