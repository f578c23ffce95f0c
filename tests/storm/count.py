"""What became of every order: counted in the database, at the vendors and in Slack."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.calls.cases import AuditEntry, Case, Event
from bot.calls.outcomes import State
from bot.clock import SystemClock
from bot.demo.slack.workspace import TEAM
from bot.demo.stage import Stage
from bot.errors import RecordDamaged
from bot.store import SqlStore
from bot.store.urls import address_of
from tests.live.names import LINES
from tests.storm.orders import OFF, StormOrder, Target, effects, is_on
from tests.storm.sender import SentOrders

SETTLING = 120.0
"""Seconds in which everything open has to come to an end once the weather is fine."""

_OPEN = text(
    "SELECT (SELECT count(*) FROM moderation_case WHERE state = 'asked')"
    " + (SELECT count(*) FROM outbox WHERE version > shown)"
    " + (SELECT count(*) FROM order_lookup)"
)
_KEPT = text("SELECT key, case_number FROM delivery WHERE case_number IS NOT NULL")


@dataclass(frozen=True)
class Tally:
    """What was counted after a storm. The counts in `faults` have to be zero."""

    counts: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether all counts in `faults` are zero."""
        return not any(self.faults.values())


@dataclass(frozen=True)
class Auditor:
    """Reads what is on disk, beside the processes that write it."""

    store: SqlStore
    engine: AsyncEngine

    async def settled(self) -> None:
        """Wait until no case is open and every place shows the newest state, within SETTLING."""
        async with asyncio.timeout(SETTLING):
            while await self._open():  # noqa: ASYNC110 - other processes change it
                await asyncio.sleep(0.2)

    async def _open(self) -> int:
        async with self.engine.connect() as connection:
            return int(await connection.scalar(_OPEN) or 0)

    async def cases(self) -> dict[int, Case]:
        """Every case, by its number."""
        async with self.engine.connect() as connection:
            last = await connection.scalar(text("SELECT max(number) FROM moderation_case")) or 0
        return {number: await self.store.case(number) for number in range(1, last + 1)}

    async def kept(self) -> dict[str, int]:
        """The case that each request led to, by its key."""
        async with self.engine.connect() as connection:
            rows = (await connection.execute(_KEPT)).all()
        return {str(key): int(number) for key, number in rows}

    async def entries(self) -> list[AuditEntry]:
        """Every audit entry, oldest first."""
        return [entry async for entry in self.store.export()]

    async def broken(self) -> int:
        """Whether the audit log or a case is not as it was recorded: 1 or 0."""
        try:
            await self.store.verify()
        except RecordDamaged:
            return 1
        return 0


@asynccontextmanager
async def auditor(database_url: str) -> AsyncIterator[Auditor]:
    """Yield an auditor with database connections of its own."""
    store, engine = (
        SqlStore(database_url, SystemClock()),
        create_async_engine(address_of(database_url).url),
    )
    try:
        yield Auditor(store, engine)
    finally:
        await engine.dispose()
        await store.stop()


async def count(stage: Stage, sent_orders: SentOrders, audit: Auditor) -> Tally:
    """Count what became of every order sent."""
    cases, entries, kept = await audit.cases(), await audit.entries(), await audit.kept()
    done = Counter(effects(stage, sent_orders.pairs))
    opposed = list(_opposed(sent_orders, kept, cases))
    states = Counter(case.state for case in cases.values())
    counts = {
        "orders": sent_orders.sent,
        "deliveries": sent_orders.deliveries,
        "acked": sent_orders.acked,
        "cases": len(cases),
        "effects": done.total(),
        "of them in opposing pairs": 2 * len(opposed),
        "confirmed": states[State.CONFIRMED],
        "already so": states[State.ALREADY],
        "not confirmed": states[State.NOT_CONFIRMED],
        "failed": states[State.FAILED],
        "audit entries": len(entries),
    }
    faults = {
        "lost": _lost(stage, sent_orders, kept, cases),
        "two cases for one order": len(cases) - len({_target(case) for case in cases.values()}),
        "executed twice": sum(times > 1 for times in done.values()),
        "effects without a case": len(set(done) - {_target(case) for case in cases.values()}),
        "confirmed without an effect": _untrue(cases, done),
        "last of a pair did not win": sum(not _won(stage, last) for last in opposed),
        **_messages(stage, cases),
        "intents without one outcome": _unpaired(entries, cases),
        "broken links": await audit.broken(),
    }
    return Tally(counts, faults)


def _lost(
    stage: Stage, sent_orders: SentOrders, kept: dict[str, int], cases: dict[int, Case]
) -> int:
    """Promised orders of which nothing was told: without a case, or with one never finished.

    While a clock is wrong, vendors refuse our tokens, and then it is not known whom an order means.
    """
    missing = [order for order in sent_orders.promised if _key(order) not in kept]
    numbers = [kept[_key(order)] for order in sent_orders.promised if _key(order) in kept]
    unfinished = sum(cases[number].state is State.ASKED for number in numbers)
    return sum(not _told_no(stage, order) for order in missing) + unfinished


def _told_no(stage: Stage, errand: StormOrder) -> bool:
    """Whether its asker read that nothing was done."""
    said = stage.slack.world.tickets.look(errand.slash.response_url.rpartition("/")[2]).said
    return any("nothing was done" in text.lower() for text in said)


def _key(errand: StormOrder) -> str:
    return f"command:{TEAM}:{errand.slash.trigger}"


def _opposed(
    sent_orders: SentOrders, kept: dict[str, int], cases: dict[int, Case]
) -> Iterator[Case]:
    """Of each pair of which both are on record, the case that was recorded last."""
    for pair in sent_orders.pairs:
        numbers = [kept[key] for key in map(_key, pair) if key in kept]
        if len(numbers) == len(pair):
            yield cases[max(numbers)]


def _won(stage: Stage, last: Case) -> bool:
    """Whether the vendor is as the last order said; what is told to be unsure says nothing."""
    target = _target(last)
    return not last.state.settled or is_on(stage, target) == (target.verb not in OFF)


def _target(case: Case) -> Target:
    act = case.act
    person = (act.people[0].custom_id or act.people[0].id) if act.people else None
    return Target(act.call.vendor, act.verb.name, act.call.id, person)


def _untrue(cases: dict[int, Case], done: Counter[Target]) -> int:
    """Cases that are told to be done and were not; what was not turned on before is off."""
    numbers = {_target(case): number for number, case in cases.items()}

    def is_true(number: int) -> bool:
        target = _target(cases[number])
        if target.verb not in OFF:
            return done[target] > 0
        on = target._replace(verb=OFF[target.verb])
        return done[target] > 0 or numbers.get(on, number) >= number or not done[on]

    confirmed = [number for number, case in cases.items() if case.state is State.CONFIRMED]
    return sum(not is_true(number) for number in confirmed)


def _messages(stage: Stage, cases: dict[int, Case]) -> dict[str, int]:
    """Lines of the moderation channel: one for each case, which shows its last state."""
    lines: dict[str, list[str]] = {}
    for message in stage.slack.world.messages.get(LINES, []):
        key = ((message.metadata or {}).get("event_payload") or {}).get("key", "")
        lines.setdefault(key, []).append(message.text)
    told = {number: lines.get(f"line:{number}", []) for number in cases}
    return {
        "messages twice": sum(len(texts) > 1 for texts in lines.values()),
        "cases not told": sum(
            not texts or f"#{number} {cases[number].state.label}:" not in texts[-1]
            for number, texts in told.items()
        ),
    }


def _unpaired(entries: list[AuditEntry], cases: dict[int, Case]) -> int:
    """Cases that have not exactly one intent and one outcome in the record."""
    intents = Counter(entry.case for entry in entries if entry.event is Event.REQUESTED)
    outcomes = Counter(entry.case for entry in entries if entry.event is Event.OUTCOME)
    numbers = set(cases) | set(intents) | set(outcomes)
    return sum(intents[number] != 1 or outcomes[number] != 1 for number in numbers)
