"""`python -m tests.bench [name …]`: one line a figure; exit code 1 when one is short.

The names are those of the modules: acks, listing, start, beside, crowd, reading, verify, compared,
usage, backfill, flood. Without one, all of them are measured.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from bot.logs import configure_logs
from tests.bench.acks import acks
from tests.bench.backfill import backfill
from tests.bench.beside import beside
from tests.bench.compared import compared
from tests.bench.crowd import crowd
from tests.bench.figure import Figure
from tests.bench.flood import flood
from tests.bench.listing import listing
from tests.bench.processes import Processes
from tests.bench.reading import reading
from tests.bench.start import start
from tests.bench.usage import usage
from tests.bench.verify import verify

FIGURES: Mapping[str, Callable[[Processes], Awaitable[list[Figure]]]] = {
    "acks": acks,
    "listing": listing,
    "start": start,
    "beside": beside,
    "crowd": crowd,
    "reading": reading,
    "verify": verify,
    "compared": compared,
    "usage": usage,
    "backfill": backfill,
    "flood": flood,
}
"""Everything that is measured. To add figures, write a function like these and name it here."""


async def measure(names: Sequence[str]) -> bool:
    """Print each figure as soon as it is known; whether all are good."""
    good = True
    with tempfile.TemporaryDirectory(prefix="callwarden-bench-") as folder:
        ground = Processes(Path(folder))
        await ground.prepare()
        for name in names:
            for figure in await FIGURES[name](ground):
                sys.stdout.write(f"{figure}\n")
                sys.stdout.flush()
                good = good and figure.good
    return good


if __name__ == "__main__":
    configure_logs("ERROR")  # the figures are for other programs to read
    sys.exit(not asyncio.run(measure(sys.argv[1:] or list(FIGURES))))
