"""The chain names the first damage, whatever the damage is, on both engines."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ChainBroken
from bot.store import SqlStore, open_store
from bot.store.audit.chain import GENESIS, Bundle, ChainWalk, Head, link
from tests.fakes.clock import ManualClock
from tests.store.damage import damage
from tests.store.orders import order

Rows = list[tuple[int, bytes, bytes]]


def chained(bodies: Iterable[bytes]) -> Rows:
    previous, rows = GENESIS, []
    for number, body in enumerate(bodies, start=1):
        previous = link(previous, body)
        rows.append((number, body, previous))
    return rows


def walked(rows: Rows, **known: Head | bytes) -> int:
    walk = ChainWalk(**known)  # type: ignore[arg-type]  # the tests pass the right ones
    walk.follow(rows)
    return walk.finish()


def first_bad(rows: Rows, **known: Head | bytes) -> int:
    with pytest.raises(ChainBroken) as caught:
        walked(rows, **known)
    return caught.value.entry_id


@given(st.lists(st.binary(max_size=20), max_size=30))
def test_an_honest_chain_verifies(bodies: list[bytes]) -> None:
    assert walked(chained(bodies)) == len(bodies)


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=30), st.data())
def test_an_altered_body_is_named(bodies: list[bytes], data: st.DataObject) -> None:
    rows = chained(bodies)
    at = data.draw(st.integers(0, len(rows) - 1))
    number, body, hash_ = rows[at]
    rows[at] = (number, body + b"x", hash_)
    assert first_bad(rows) == number


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=30), st.data())
def test_an_altered_hash_is_named(bodies: list[bytes], data: st.DataObject) -> None:
    rows = chained(bodies)
    at = data.draw(st.integers(0, len(rows) - 1))
    number, body, _ = rows[at]
    rows[at] = (number, body, bytes(32))
    assert first_bad(rows) == number


FIVE = chained([b"one", b"two", b"three", b"four", b"five"])


def test_a_missing_entry_is_named() -> None:
    assert first_bad(FIVE[:2] + FIVE[3:]) == 3


def test_exchanged_entries_are_named() -> None:
    two, three = FIVE[1], FIVE[2]
    assert first_bad([FIVE[0], (2, *three[1:]), (3, *two[1:]), *FIVE[3:]]) == 2


def test_a_shortened_chain_is_named_against_what_was_seen() -> None:
    assert first_bad(FIVE[:3], anchor=Head(5, FIVE[4][2])) == 4
    assert walked(FIVE[:3]) == 3


def test_a_rewritten_chain_is_named_against_what_was_seen() -> None:
    forged = chained([b"one", b"two", b"forged", b"four", b"five"])
    assert first_bad(forged, anchor=Head(4, FIVE[3][2])) == 4


def test_a_rewritten_chain_lacks_the_hash_kept_elsewhere() -> None:
    forged = chained([b"forged", b"two"])
    assert first_bad(forged, expect=FIVE[1][2]) == 0
    assert walked(FIVE, expect=FIVE[1][2]) == 5
    assert walked(FIVE, expect=GENESIS) == 5


def test_a_walk_goes_on_from_where_it_stopped() -> None:
    walk = ChainWalk(Head(2, FIVE[1][2]))
    walk.follow(FIVE[2:4])
    walk.follow(FIVE[4:])
    assert walk.finish() == 5


def bundled(rows: Rows) -> Bundle:
    sizes = b"".join(len(body).to_bytes(4) for _, body, _ in rows)
    bodies = b"".join(body for _, body, _ in rows)
    return Bundle(rows[-1][0], sizes, bodies, b"".join(hash_ for *_, hash_ in rows))


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=30), st.data())
def test_a_bundle_is_carried_exactly_when_its_entries_can_be_followed(
    bodies: list[bytes], data: st.DataObject
) -> None:
    rows = chained(bodies)
    damage = data.draw(st.sampled_from(["none", "body", "hash", "gap", "anchor"]))
    at = data.draw(st.integers(0, len(rows) - 1))
    number, body, hash_ = rows[at]
    walk = ChainWalk(anchor=Head(number, bytes(32) if damage == "anchor" else hash_), expect=hash_)
    if damage == "body":
        rows[at] = (number, body + b"x", hash_)
    elif damage == "hash":
        rows[at] = (number, body, bytes(32))
    elif damage == "gap":
        rows = [(n + (n > at), *more) for n, *more in rows]  # type: ignore[misc]  # as rows are
    assert walk.follow_bundle(bundled(rows)) is (damage == "none")
    assert walk.head == (Head(*rows[-1][::2]) if damage == "none" else Head())
    if damage == "none":
        assert walk.finish() == len(rows)


async def three_entries(store: SqlStore) -> None:
    for i in range(3):
        await store.accept(order(f"k{i}", person=f"p{i}"))


@pytest.mark.parametrize(
    ("statements", "entry_id"),
    [
        (["UPDATE audit SET body = (SELECT body FROM audit WHERE id = 1) WHERE id = 2"], 2),
        (["UPDATE audit SET hash = (SELECT hash FROM audit WHERE id = 1) WHERE id = 2"], 2),
        (["DELETE FROM audit WHERE id = 2"], 2),
        (["DELETE FROM audit WHERE id = 1"], 1),
        (
            [
                "UPDATE audit SET id = 9 WHERE id = 2",
                "UPDATE audit SET id = 2 WHERE id = 3",
                "UPDATE audit SET id = 3 WHERE id = 9",
            ],
            2,
        ),
    ],
    ids=["bytes", "hash", "gap", "beginning", "order"],
)
async def test_damage_is_named(
    store: SqlStore, database_url: str, statements: list[str], entry_id: int
) -> None:
    await three_entries(store)
    assert await store.verify() == 3
    damage(database_url, *statements)
    with pytest.raises(ChainBroken) as caught:
        await store.verify()
    assert caught.value.entry_id == entry_id


async def test_text_where_bytes_were_is_named(sqlite_url: str, clock: ManualClock) -> None:
    """SQLite keeps whatever it is given."""
    async with open_store(sqlite_url, clock) as store:
        await three_entries(store)
        damage(sqlite_url, "UPDATE audit SET body = CAST(body AS TEXT) WHERE id = 2")
        with pytest.raises(ChainBroken) as caught:
            await store.verify()
    assert caught.value.entry_id == 2


async def test_a_shortened_record_is_named_against_the_checkpoint(
    store: SqlStore, database_url: str
) -> None:
    await three_entries(store)
    assert await store.checkpoint() == await store.head()
    damage(database_url, "DELETE FROM audit WHERE id > 1")
    with pytest.raises(ChainBroken) as whole:
        await store.verify()
    assert whole.value.entry_id == 2
    with pytest.raises(ChainBroken) as onward:
        await store.checkpoint()
    assert onward.value.entry_id == 3


async def test_the_checkpoint_moves_on(store: SqlStore) -> None:
    assert await store.checkpoint() == (0, GENESIS.hex())
    await three_entries(store)
    assert (await store.checkpoint())[0] == 3
    await store.accept(order("k9", person="p9"))
    assert (await store.checkpoint())[0] == 4
    assert await store.verify() == 4


async def test_a_hash_kept_elsewhere_must_occur(store: SqlStore) -> None:
    await three_entries(store)
    _, anchor = await store.head()
    await store.accept(order("k9", person="p9"))
    assert await store.verify(anchor) == 4
    with pytest.raises(ChainBroken) as caught:
        await store.verify("00" * 32)
    assert caught.value.entry_id == 0
