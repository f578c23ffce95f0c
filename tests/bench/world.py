"""A make-believe world in a process of its own, so that it does not share a loop with the load.

Run as `python -m tests.bench.world '{"crowd": {"stream": [20, 100]}}'`. It prints one line of JSON,
the environment that points a bot at it and the crowd's calls, and lasts until its standard input is
closed.
"""

import asyncio
import json
import sys
from typing import Any

from bot.calls.models import Vendor
from bot.clock import SystemClock
from bot.demo.stage import Stage, open_stage


async def _live(wanted: dict[str, Any]) -> None:
    async with open_stage(SystemClock()) as stage:
        crowd = _populate(stage, wanted)
        sys.stdout.write(json.dumps({"environ": dict(stage.environ), "crowd": crowd}) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


def _populate(stage: Stage, wanted: dict[str, Any]) -> dict[str, list[str]]:
    """`crowd`: calls and people each; `slow`: seconds a request; `hung`: one that never answers.

    The ids of the crowd's calls, by vendor.
    """
    crowd = {
        vendor: stage.world.crowd(Vendor(vendor), calls=calls, people=people)
        for vendor, (calls, people) in wanted.get("crowd", {}).items()
    }
    for vendor, server in stage.world.servers.items():
        if vendor == wanted.get("hung"):
            server.faults.hang(times=None)
        elif "slow" in wanted:
            server.faults.slow(wanted["slow"], times=None)
    return crowd


if __name__ == "__main__":
    asyncio.run(_live(json.loads(sys.argv[1])))
