"""The audit chain itself, without a database: how entries are linked, and how damage is found.

The hash of an entry is SHA-256 over the hash of the entry before it and its own exact bytes. A
chain proves tampering only against a hash that is kept elsewhere: whoever can write the database
can also write a whole new chain.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple, NoReturn

from bot.errors import ChainBroken

SIZE = sha256().digest_size
"""Bytes of a hash."""

GENESIS = sha256(b"callwarden audit 1").digest()
"""The hash before the first entry."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its id, 0 for an empty chain, and its hash."""

    id: int = 0
    hash: bytes = GENESIS


class Bundle(NamedTuple):
    """The entries up to `last` as a few long byte strings, in the order of their ids.

    `sizes` are the lengths of the bodies in bytes, as 4 bytes each, most significant first;
    `bodies` and `hashes` are laid end to end. Each hash has `SIZE` bytes.
    """

    last: int
    sizes: bytes
    bodies: bytes
    hashes: bytes


def link(previous: bytes, body: bytes) -> bytes:
    """The hash of an entry with the bytes `body`, when `previous` is the hash of the one before."""
    return sha256(previous + body).digest()


class ChainWalk:
    """Follows a chain from `start`, entry by entry, in constant memory.

    `anchor` is an entry that was verified before and has to be there unchanged; `expect` is a hash
    that has to occur somewhere.
    """

    def __init__(
        self, start: Head | None = None, *, anchor: Head | None = None, expect: bytes | None = None
    ) -> None:
        self.head = start or Head()
        self._anchor = anchor or self.head
        self._expect = None if expect == self.head.hash else expect

    def follow(self, rows: Sequence[tuple[int, Any, Any]]) -> None:
        """Check the next entries, given as (id, body, hash) in the order of their ids.

        Raises ChainBroken for the first bad one; a missing entry is a bad one.
        """
        hashes = _hashes(self.head, rows)
        if hashes is None or not self._step(hashes):
            self._name_the_first_bad(rows)

    def follow_bundle(self, bundle: Bundle) -> bool:
        """Check the next entries all at once; False, and nothing is followed, unless all are good.

        `follow` then says which one is bad.
        """
        hashes = _bundled(self.head, bundle)
        return hashes is not None and self._step(hashes)

    def finish(self) -> int:
        """The number of entries, when nothing is missing at the end.

        Raises ChainBroken when the anchor or the expected hash was not met. For the hash its
        `entry_id` is 0: the chain was rewritten, and it cannot be told from where.
        """
        if self.head.id < self._anchor.id:
            missing = self.head.id + 1
            raise ChainBroken(f"Audit entry {missing} and later are missing.", entry_id=missing)
        if self._expect is not None:
            raise ChainBroken("No audit entry has the expected hash.", entry_id=0)
        return self.head.id

    def _step(self, hashes: Sequence[bytes]) -> bool:
        """Go over entries that fit together; False when the anchor among them has another hash."""
        place = self._anchor.id - self.head.id - 1
        if 0 <= place < len(hashes) and hashes[place] != self._anchor.hash:
            return False
        if self._expect is not None and self._expect in hashes:
            self._expect = None
        if hashes:
            self.head = Head(self.head.id + len(hashes), hashes[-1])
        return True

    def _name_the_first_bad(self, rows: Sequence[tuple[int, Any, Any]]) -> NoReturn:
        at, previous = self.head.id, self.head.hash
        following = iter(rows)
        while True:  # one of them is bad, so this ends before they do
            entry_id, body, said = next(following)
            at += 1
            if entry_id != at:
                raise ChainBroken(f"Audit entry {at} is missing.", entry_id=at)
            if not isinstance(body, bytes):
                raise ChainBroken(f"Audit entry {at} is not bytes.", entry_id=at)
            previous = link(previous, body)
            if previous != said:
                raise ChainBroken(f"Audit entry {at} does not fit its hash.", entry_id=at)
            if at == self._anchor.id and said != self._anchor.hash:
                why = f"Audit entry {at} is not the one seen before."
                raise ChainBroken(why, entry_id=at)


def _hashes(head: Head, rows: Sequence[tuple[int, Any, Any]]) -> list[bytes] | None:
    """The hashes of entries that follow `head`; None unless all of them fit."""
    if [row[0] for row in rows] != list(range(head.id + 1, head.id + 1 + len(rows))):
        return None
    hashes, previous = [], head.hash
    try:
        for _, body, said in rows:
            previous = sha256(previous + body).digest()
            if previous != said:
                return None
            hashes.append(previous)
    except TypeError:
        return None
    return hashes


def _bundled(head: Head, bundle: Bundle) -> list[bytes] | None:
    """As `_hashes`, for a bundle."""
    sizes = struct.unpack(f">{len(bundle.sizes) // 4}i", bundle.sizes)
    if bundle.last != head.id + len(sizes):
        return None  # ids are unique and above the head's: there is a gap
    hashes, previous, at = [], head.hash, 0
    for size in sizes:
        previous = sha256(previous + bundle.bodies[at : at + size]).digest()
        hashes.append(previous)
        at += size
    return hashes if b"".join(hashes) == bundle.hashes else None
