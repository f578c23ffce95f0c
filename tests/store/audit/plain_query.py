"""What a filter of the record means, said once more and slowly, entry by entry."""

from collections.abc import Sequence

from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import AuditEntry, Event
from bot.calls.names import fold
from bot.calls.outcomes import State


def open_cases(entries: Sequence[AuditEntry]) -> frozenset[int | None]:
    """The cases without an outcome."""
    ended = {entry.case for entry in entries if entry.event is Event.OUTCOME}
    return frozenset({entry.case for entry in entries if entry.event is Event.REQUESTED} - ended)


def fits(entry: AuditEntry, which: AuditQuery, going: frozenset[int | None]) -> bool:
    """Whether the entry is one of those that are looked for; `going` are the open cases."""
    return (
        which.case in (None, entry.case)
        and (which.before is None or entry.id < which.before)
        and which.by in (None, entry.actor.user if entry.actor else None)
        and (not which.verbs or entry.verb in which.verbs)
        and which.vendor in (None, entry.vendor)
        and (
            which.state in (None, entry.state)
            if which.state is not State.ASKED
            else entry.case in going
        )
        and (which.since is None or entry.at >= which.since)
        and (which.until is None or entry.at < which.until)
        and (not which.person or named(entry, which.person))
    )


def named(entry: AuditEntry, words: str) -> bool:
    """Whether it was done to somebody whose name or id has these words in it."""
    if not fold(words):
        return True
    hit = [
        person for person in entry.people if entry.people[0] != "everyone" or person[:4] != "but "
    ]
    hit += entry.reached
    return any(fold(words) in fold(person) for person in hit)
