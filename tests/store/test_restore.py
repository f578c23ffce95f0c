"""After a backup was restored, what was open in it is marked, and no number is given out twice."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.calls.cases import Event
from bot.calls.lookups import Lookup
from bot.calls.models import Vendor
from bot.digests.subscription import Wish
from bot.ports import AuditQuery
from bot.store import SqlStore, open_store
from bot.store.audit.chain import Head
from bot.store.audit.head_file import HeadFile
from bot.store.restore import MARGIN
from tests.fakes.clock import START, ManualClock
from tests.fakes.digests import wanted
from tests.fakes.logs import written_log
from tests.store.cases.test_asks import ask, refused
from tests.store.orders import DONE, JOHN, MARY, MINUTE, OVER, due_notices, order

HOOK = "https://hooks.example/"


async def finished(store: SqlStore) -> None:
    for claim in await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE):
        assert await store.finish(claim, [DONE])


async def test_what_was_open_is_marked_and_what_had_ended_is_not(store: SqlStore) -> None:
    await store.accept(order("a"))
    await finished(store)
    await store.accept(order("b", person="bob"))
    marked = await store.restored()
    assert (marked.cases, marked.lookups) == (1, 0)
    assert [(await store.case(number)).restored for number in (1, 2)] == [False, True]
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE)
    assert (claim.case.restored, claim.case.attempt, claim.case.begun) == (True, 1, True)
    entry = (await store.audit(AuditQuery()))[0]
    assert (entry.event, entry.actor, entry.detail) == (Event.RESTORED, None, marked.in_words)
    assert await store.verify() == 4


async def test_lines_are_looked_for_before_they_are_posted_and_old_answers_are_not_given(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(order("ended", reply_url=f"{HOOK}1"))
    await finished(store)
    await store.accept(order("open", person="bob", reply_url=f"{HOOK}2"))
    await store.restored()
    clock.advance(3)
    notices = await due_notices(store, owner="n", limit=9, lease=MINUTE)
    assert {(notice.key, notice.attempt > 1) for notice in notices} == {
        ("line:1", True),
        ("line:2", True),
        ("answer:open", False),
    }
    assert (await store.case(1)).reply_url is None
    assert (await store.case(2)).reply_url is not None


async def test_a_line_that_was_shown_is_looked_for_too_when_its_open_case_ends(
    store: SqlStore,
) -> None:
    """Its asker may have been called in its thread."""
    await store.accept(order("a"))
    (line,) = await due_notices(store, owner="n", limit=9, lease=MINUTE)
    await store.mark_shown(line, posted="171.1")
    await store.restored()
    await finished(store)
    (line,) = await due_notices(store, owner="n", limit=9, lease=MINUTE)
    assert (line.posted, line.attempt) == ("171.1", 2)


@pytest.mark.parametrize(
    ("said", "next_case"), [(None, 2 * MARGIN + 1), (7, 8), (0, 2), (5_000, 5_001)]
)
async def test_numbers_that_may_stand_in_slack_are_not_given_out_again(
    store: SqlStore, said: int | None, next_case: int
) -> None:
    await store.accept(order("a"))
    marked = await store.restored(said)
    assert marked.next_case == next_case
    made = await store.accept(order("b", person="bob"))
    assert made.case.number == next_case


async def test_the_next_case_has_the_number_that_was_told(store: SqlStore) -> None:
    await store.accept(order("a"))
    marked = await store.restored()
    made = await store.accept(order("b", person="bob"))
    assert made.case.number == marked.next_case
    assert (await store.restored()).next_case == 4 * MARGIN + 1
    assert await store.verify() == 4


async def test_orders_that_are_looked_for_are_marked(store: SqlStore) -> None:
    kept = Lookup(key="k", words="kick x ann", command="/calls", actor=MARY)
    await store.keep_lookup(kept)
    assert (await store.restored()).lookups == 1
    (taken,) = await store.due_lookups(owner="w", limit=9, lease=MINUTE)
    assert taken.restored


async def test_what_was_to_be_posted_of_orders_and_digests_is_looked_for_first(
    store: SqlStore, clock: ManualClock
) -> None:
    one = ask(clock)
    await refused(store, one)
    await store.refer(one.id, MARY)
    digest = await wanted(store, Wish(channel="C-OPS", zone="Europe/London"), JOHN, START)
    clock.advance(timedelta(hours=22).total_seconds())
    day = digest.day_of(clock.now())
    await store.restored()
    (due,) = await store.due_asks(owner="w", limit=9, lease=MINUTE)
    assert due.attempt == 2
    (announcement,) = await store.due_announcements(owner="w", limit=9, lease=MINUTE)
    assert announcement.attempt == 2
    posting = await store.claim_posting(digest, day, owner="w", lease=OVER)
    assert posting is not None
    assert posting.attempt == 2
    later = await store.claim_posting(digest, day + timedelta(days=1), owner="w", lease=OVER)
    assert later is not None
    assert later.attempt == 1


async def test_a_start_sees_that_the_file_is_older_than_what_was_written(
    sqlite_url: str, clock: ManualClock, tmp_path: Path
) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    backup = tmp_path / "backup.db"
    async with open_store(sqlite_url, clock) as store:
        await store.accept(order("a"))
    shutil.copy(file, backup)
    async with open_store(sqlite_url, clock) as store:
        assert not (await store.case(1)).restored
        await finished(store)
        await store.accept(order("b", person="bob"))
    shutil.copy(backup, file)
    with written_log() as log:
        async with open_store(sqlite_url, clock) as store:
            (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE)
            assert claim.case.restored
            made = await store.accept(order("c", person="cem"))
            assert made.case.number == 2 * MARGIN + 1
            assert await store.verify() == 3
    assert "restored backup found" in log.getvalue()
    async with open_store(sqlite_url, clock) as store:
        entries = await store.audit(AuditQuery())
        assert [entry.event for entry in entries].count(Event.RESTORED) == 1


async def test_a_start_sees_that_other_entries_stand_in_the_place_of_those_that_were_written(
    sqlite_url: str, clock: ManualClock, tmp_path: Path
) -> None:
    """The backup was worked with on another machine, and has as many entries."""
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    other = tmp_path / "other.db"
    shutil.copy(file, other)
    for url, person in ((sqlite_url, "ann"), (f"sqlite:///{other}", "bob")):
        async with open_store(url, clock) as store:
            await store.accept(order("a", person=person))
    shutil.copy(other, file)
    async with open_store(sqlite_url, clock) as store:
        assert (await store.case(1)).restored


async def test_a_file_begun_anew_and_one_that_was_only_killed_are_not_taken_for_a_backup(
    sqlite_url: str, clock: ManualClock, sqlite_template: Path
) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    async with open_store(sqlite_url, clock) as store:
        await store.accept(order("a"))
    async with open_store(sqlite_url, clock) as store:
        assert not (await store.case(1)).restored
    shutil.copy(sqlite_template, file)
    async with open_store(sqlite_url, clock) as store:
        assert (await store.accept(order("a"))).case.number == 1


async def test_a_start_sees_that_postgresql_is_another_one(
    postgres_url: str, clock: ManualClock
) -> None:
    async with open_store(postgres_url, clock, timeout_s=60) as store:
        await store.accept(order("a"))
    async with open_store(postgres_url, clock, timeout_s=60) as store:
        assert not (await store.case(1)).restored
        async with store._database.engine.begin() as connection:
            await connection.execute(text("UPDATE database_identity SET identity = 'elsewhere'"))
    async with open_store(postgres_url, clock, timeout_s=60) as store:
        assert (await store.case(1)).restored
        assert (await store.accept(order("b", person="bob"))).case.number == 2
    async with open_store(postgres_url, clock, timeout_s=60) as store:
        entries = await store.audit(AuditQuery())
    assert [entry.event for entry in entries].count(Event.RESTORED) == 1


async def test_a_store_that_is_stopped_and_started_again_is_no_backup(
    sqlite_url: str, clock: ManualClock
) -> None:
    """What it writes first then may be no entry."""
    async with open_store(sqlite_url, clock) as store:
        await store.accept(order("a"))
        await store.stop()
        await store.start()
        assert not (await store.case(1)).restored


@pytest.mark.parametrize("said", ["", "7", "x y", "00000000000000000007 zz", "\0" * 80])
def test_what_is_not_legible_says_nothing(tmp_path: Path, said: str) -> None:
    file = tmp_path / "callwarden.db.head"
    file.write_text(said)
    assert HeadFile(file).last() is None


def test_where_it_cannot_be_noted_work_goes_on(tmp_path: Path) -> None:
    HeadFile(tmp_path / "nowhere" / "callwarden.db.head").note(Head(1, b"\1" * 32))
    HeadFile(None).note(Head(1, b"\1" * 32))
    assert HeadFile(None).last() is None
