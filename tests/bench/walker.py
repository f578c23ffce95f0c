"""Walks a record once, and hashes its bytes once, in a process of its own.

Run as `python -m tests.bench.walker URL`; it prints one line of JSON, a `Walked`.
"""

import asyncio
import json
import re
import sqlite3
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import psycopg

from bot.clock import SystemClock
from bot.store import open_store
from bot.store.audit.chain import GENESIS
from bot.store.urls import sqlite_file
from tests.bench.entries import ENTRIES

BODIES = "SELECT body FROM audit ORDER BY id"

CHUNK = 1000


async def walk(url: str) -> tuple[float, float]:
    """Verify the chain once; returns the seconds, and the MB by which memory grew at most."""
    async with open_store(url, SystemClock()) as store:
        await store.head()
        before, begun = _memory("VmRSS"), time.perf_counter()
        assert await store.follow() == ENTRIES
        taken = time.perf_counter() - begun
        return taken, _memory("VmHWM") - before


def floor(url: str) -> float:
    """Seconds for the hashes alone: the bytes are read before the clock runs."""
    taken, previous = 0.0, GENESIS
    for bodies in _chunks(url):
        begun = time.perf_counter()
        for body in bodies:
            previous = sha256(previous + body).digest()
        taken += time.perf_counter() - begun
    return taken


def _chunks(url: str) -> Iterator[list[bytes]]:
    if path := sqlite_file(url):
        cursor = sqlite3.connect(path).execute(BODIES)
        while rows := cursor.fetchmany(CHUNK):
            yield [row[0] for row in rows]
        return
    with psycopg.connect(url) as connection, connection.cursor("bodies", binary=True) as stream:
        stream.execute(BODIES)
        while found := stream.fetchmany(CHUNK):
            yield [row[0] for row in found]


def _memory(line: str) -> float:
    """MB: `VmRSS` is what is in memory now, `VmHWM` the most there ever was.

    https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (kilobytes,) = re.findall(rf"^{line}:\s+(\d+) kB$", status, re.MULTILINE)
    return int(kilobytes) / 1000


if __name__ == "__main__":
    taken, grown = asyncio.run(walk(sys.argv[1]))
    said = {"floor": floor(sys.argv[1]), "walk": taken, "grown": grown}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
