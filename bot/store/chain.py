"""The audit chain itself, without a database: how entries are linked, and how a walk finds damage.

The hash of an entry is SHA-256 over the hash of the entry before it and its own exact bytes. A
chain proves tampering only against a hash that is kept elsewhere: whoever can write the database
can also write a whole new chain.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bot.errors import ChainBroken

GENESIS = sha256(b"callwarden audit 1").digest()
"""The hash before the first entry."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its id, 0 for an empty chain, and its hash."""

    id: int = 0
    hash: bytes = GENESIS


def link(previous: bytes, body: bytes) -> bytes:
    """The hash of an entry with those bytes after one with that hash."""
    return sha256(previous + body).digest()


class Walk:
    """Follows a chain from `start`, entry by entry, in constant memory.

    `anchor` is an entry known to be good; `expect` a hash that has to occur somewhere.
    """

    def __init__(
        self, start: Head | None = None, *, anchor: Head | None = None, expect: bytes | None = None
    ) -> None:
        self.head = start or Head()
        self._anchor = anchor or self.head
        self._expect = None if expect == self.head.hash else expect

    def follow(self, rows: Iterable[tuple[int, Any, Any]]) -> None:
        """Check the next (id, bytes, hash) in the order of their ids; ChainBroken at the first bad.

        An entry that is missing is itself the first bad one.
        """
        at, previous = self.head.id, self.head.hash
        anchor, expect = self._anchor.id, self._expect
        for entry_id, body, said in rows:
            at += 1
            if entry_id != at:
                raise ChainBroken(f"Audit entry {at} is missing.", entry_id=at)
            try:
                previous = sha256(previous + body).digest()
            except TypeError as error:
                raise ChainBroken(f"Audit entry {at} is not bytes.", entry_id=at) from error
            if previous != said:
                raise ChainBroken(f"Audit entry {at} does not fit its hash.", entry_id=at)
            if at == anchor and said != self._anchor.hash:
                raise ChainBroken(f"Audit entry {at} is not the one seen before.", entry_id=at)
            if said == expect:
                self._expect = None
        self.head = Head(at, previous)

    def finish(self) -> int:
        """The number of entries, once nothing is missing at the end; ChainBroken otherwise.

        `entry_id` is 0 when the expected hash does not occur: the chain was rewritten, and it
        cannot be told from where.
        """
        if self.head.id < self._anchor.id:
            missing = self.head.id + 1
            raise ChainBroken(f"Audit entry {missing} and later are missing.", entry_id=missing)
        if self._expect is not None:
            raise ChainBroken("No audit entry has the expected hash.", entry_id=0)
        return self.head.id
