"""What becomes of cases that were open in a backup, once that was restored."""

from collections.abc import Sequence
from datetime import timedelta

from bot.calls.cases import Case
from bot.calls.outcomes import Observation, Result, Seen, State
from bot.moderation.performer import CHECK


def results_since(
    case: Case, seen: Sequence[Observation], waited: timedelta, *, in_time: bool
) -> Sequence[Result] | None:
    """The end of a case by what the vendor shows of each part; None when it is to be carried out.

    It ends where all of it is so, whoever did it, and where it is too late to do it (not `in_time`
    after it `waited` so long): then nobody can say that it was not done.
    """
    done = all(observation.seen is Seen.DONE for observation in seen)
    if not done and in_time:
        return None
    minutes = int(waited / timedelta(minutes=1))
    return [
        Result(
            person=part.people[0].id if part.people else None,
            name=part.people[0].shown if part.people else None,
            state=State.CONFIRMED if observation.seen is Seen.DONE else State.NOT_CONFIRMED,
            evidence=_evidence(observation, minutes),
            next_step="" if observation.seen is Seen.DONE else CHECK,
            note=observation.note,
            attempts=0,
        )
        for part, observation in zip(case.act.each(), seen, strict=True)
    ]


def _evidence(observation: Observation, minutes: int) -> str:
    if observation.seen is Seen.DONE:
        seen = observation.evidence
        return f"The database was restored from a backup, and this was done before: {seen}"
    return (
        f"Ordered {minutes} minutes ago, and the database was restored from a backup since: it may "
        f"have been done. When last read: {observation.evidence}"
    )
