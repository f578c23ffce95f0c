"""A database on a disk that is really full: give orders until one is not taken, and say so.

`python -m tests.store.full <migrated file> <empty folder>` mounts a small file system in a mount
namespace of its own, which needs no rights where users may make such (user_namespaces(7)); it ends
with UNABLE where that is not allowed.
"""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

from bot.clock import SystemClock
from bot.errors import NotAccepted
from bot.store import open_store
from tests.store.orders import order

UNABLE = 77


async def fill(file: Path) -> None:
    """Print what the first order was told that was not taken, and what is in the record."""
    taken = 0
    async with open_store(f"sqlite:///{file}", SystemClock(), timeout_s=20) as store:
        try:
            while True:
                await store.accept(order(f"k{taken}", person=f"p{taken}", reason="x" * 2_000))
                taken += 1
        except NotAccepted as no:
            told = [str(no), no.next_step]
        try:
            await store.require_ready()
        except NotAccepted as no:
            told.append(str(no))
        (file.parent / "ballast").unlink()
        await store.accept(order("after", person="after"))
        found = {"told": told, "taken": taken, "entries": await store.verify()}
        sys.stdout.write(f"{json.dumps(found)}\n")


def main(migrated: Path, folder: Path) -> None:
    """In the namespace: mount, copy the file, leave little room, fill that."""
    mounting = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        sys.exit(UNABLE)
    file = Path(shutil.copy(migrated, folder / "callwarden.db"))
    room = shutil.disk_usage(folder).free
    (folder / "ballast").write_bytes(bytes(room - 600_000))
    asyncio.run(fill(file))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
