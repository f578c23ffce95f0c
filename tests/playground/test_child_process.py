"""No bot runs on when the playground is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.playground.browser import ROOT

PROCESSES = Path("/proc")
TIMEOUT_S = 120.0
"""Seconds in which the demo has to be there, and then its bot has to be gone."""


def living_in(folder: Path) -> list[int]:
    """The processes whose working directory that is."""
    found = []
    for each in PROCESSES.glob("[0-9]*"):
        try:
            if (each / "cwd").readlink() == folder:
                found.append(int(each.name))
        except OSError:  # it has just ended
            continue
    return found


def bot_of(demo: "subprocess.Popen[str]", folder: Path) -> int:
    """The bot that a demo runs in a folder of its own there, once the demo says so."""
    assert demo.stdout is not None
    told = ""
    while "its log is" not in told:
        told = demo.stdout.readline()
        assert told, "the demo ended"
    (own,) = folder.iterdir()
    (bot,) = living_in(own)
    return bot


def ends(process: int) -> bool:
    """Whether it does in time; one that nobody has collected yet has no folder any more."""
    for _ in range(int(TIMEOUT_S / 0.05)):
        try:
            (PROCESSES / str(process) / "cwd").readlink()
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not PROCESSES.exists(), reason="looks for processes where Linux lists them")
def test_a_demo_killed_without_warning_takes_its_bot_along(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--speed", "0"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as demo:
        hanging = threading.Timer(TIMEOUT_S, demo.kill)  # a killed demo says no more
        hanging.start()
        try:
            bot = bot_of(demo, tmp_path)
        finally:
            hanging.cancel()
            demo.kill()
    if not ends(bot):
        os.kill(bot, signal.SIGKILL)
        pytest.fail("the bot runs on")
