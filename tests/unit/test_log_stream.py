"""The log holds up no work: on a pipe nobody reads, on one without a reader, on a full disk."""

import asyncio
import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stderr
from pathlib import Path
from typing import TextIO

import pytest
import structlog

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.cli import main
from bot.demo.stage import open_show
from bot.errors import ConfigError
from bot.log_stream import LogStream, unblocked_stderr
from bot.logs import configure_logs, lines_dropped
from bot.metrics import Metrics
from tests.fakes.clock import ManualClock
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.usefixtures("log_setup")

log = structlog.get_logger("ours")

SUPPORT = handle(CallRef(vendor=Vendor.STREAM, id="default:support-room"))

IN_TIME = 20
"""Seconds for what takes a fraction of one unless it waits for the log."""


def filled() -> tuple[int, TextIO]:
    """A pipe that takes nothing more: the end that reads, and a file on the end that writes."""
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writes, b"x" * 4096)
    os.set_blocking(writes, True)
    return reads, os.fdopen(writes, "w", encoding="utf-8")


@contextmanager
def nobody_reads() -> Iterator[TextIO]:
    """Whoever writes waits; at the end somebody reads after all, so that no thread is left."""
    reads, file = filled()
    with os.fdopen(reads, "rb", buffering=0) as rest, file:
        yield file
        rest.read(1_000_000)


@contextmanager
def reader_gone() -> Iterator[TextIO]:
    """EPIPE."""
    reads, file = filled()
    os.close(reads)
    with file:
        yield file


@contextmanager
def disk_full() -> Iterator[TextIO]:
    """ENOSPC (full(4))."""
    with Path("/dev/full").open("w", encoding="utf-8") as file:
        yield file


Trouble = Callable[[], AbstractContextManager[TextIO]]
TROUBLES = pytest.mark.parametrize("trouble", [nobody_reads, reader_gone, disk_full])


@TROUBLES
async def test_an_order_is_done_and_told_while_the_log_cannot_be_written(
    trouble: Trouble, tmp_path: Path
) -> None:
    with trouble() as file:
        stream = LogStream(file, most=3)
        configure_logs("DEBUG", stream)
        async with asyncio.timeout(IN_TIME), open_show(tmp_path) as show:
            mira = Moderator(show)
            await mira.types(f"kick {SUPPORT} amina loud")
            await mira.sees("kicked Amina", "confirmed")
        assert stream.dropped > 3
        stream.finish(0.1)


def test_a_command_whose_last_words_nobody_reads_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://nowhere")
    with nobody_reads() as file, redirect_stderr(file), pytest.raises(SystemExit) as ended:
        main(["migrate"])
    assert ended.value.code == ConfigError.exit_code


def test_lines_come_out_in_order_and_whole(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding="utf-8") as file:
        stream = LogStream(file)
        configure_logs("INFO", stream)
        for number in range(2_000):
            log.info("line", number=number)
        stream.finish()
    written = (tmp_path / "log").read_text().splitlines()
    assert [json.loads(line)["number"] for line in written] == list(range(2_000))
    assert stream.dropped == 0


def test_what_was_dropped_is_counted_and_told_once_lines_can_be_written_again() -> None:
    reads, file = filled()
    with os.fdopen(reads, "rb", buffering=0) as rest, file:
        stream = LogStream(file, most=2)
        configure_logs("INFO", stream)
        for number in range(10):
            log.info("line", number=number)
        dropped = stream.dropped
        assert dropped >= 7
        seen = b""
        while b"log lines dropped" not in seen:
            seen += rest.read(65_536)
        stream.finish()
    told = [json.loads(line) for line in seen.decode().lstrip("x").splitlines()]
    assert told[-1]["lines"] == dropped
    assert [line["number"] for line in told[:-1]] == list(range(10 - dropped))


def test_lines_that_the_disk_did_not_take_count_as_dropped() -> None:
    with disk_full() as file:
        stream = LogStream(file)
        for _ in range(5):
            stream.write("one line\n")
        stream.finish()
    assert stream.dropped == 5


class Moody(io.StringIO):
    """A file that raises until it is in the mood."""

    error: Exception | None = ValueError("I/O operation on closed file")

    def write(self, text: str) -> int:
        if self.error is not None:
            raise self.error
        return super().write(text)


def test_after_a_line_that_was_torn_the_next_one_begins_anew() -> None:
    file = Moody()
    stream = LogStream(file)
    stream.write("lost\n")
    while not stream.dropped:
        pass
    file.error = None
    stream.write("kept\n")
    stream.finish()
    assert file.getvalue().startswith("\nkept\n")


def test_whatever_a_command_writes_to_standard_error_goes_the_same_way(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://nowhere")
    before = sys.stderr
    with pytest.raises(SystemExit) as ended:
        main(["migrate"])
    assert ended.value.code == ConfigError.exit_code
    assert "DATABASE_URL" in capsys.readouterr().err
    assert sys.stderr is before


def test_it_is_still_there_for_the_words_about_an_error_nobody_expects() -> None:
    file = io.StringIO()
    with redirect_stderr(file):
        with pytest.raises(ZeroDivisionError), unblocked_stderr():
            raise ZeroDivisionError
        left = sys.stderr
        assert isinstance(left, LogStream)
        left.write("last words\n")
        left.finish()
    assert file.getvalue() == "last words\n"


def test_it_stands_for_the_file_behind_it(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding="utf-8") as file:
        stream = LogStream(file)
        assert stream.fileno() == file.fileno()
        assert (stream.isatty(), stream.writable(), stream.encoding) == (False, True, "utf-8")
        print("a letter no file can hold: \ud800", file=stream, flush=True)
        stream.finish()
    assert "no file can hold" in (tmp_path / "log").read_text()


@contextmanager
def unblocked_stderr_of(file: TextIO) -> Iterator[LogStream]:
    """As in a process whose standard error is `file`."""
    with redirect_stderr(file), unblocked_stderr():
        assert isinstance(sys.stderr, LogStream)
        yield sys.stderr


async def test_the_figures_have_the_lines_that_were_dropped(clock: ManualClock) -> None:
    metrics = Metrics(clock)
    metrics.lines_dropped(lines_dropped)
    assert b"callwarden_log_lines_dropped_total 0.0" in await metrics.page()
    with disk_full() as file, unblocked_stderr_of(file) as stream:
        stream.write("one\ntwo\n")
        stream.finish()
        assert b"callwarden_log_lines_dropped_total 2.0" in await metrics.page()
