"""Log lines: one JSON object each, or colours on a terminal; never a secret of a library's."""

import asyncio
import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.stage import TARGET_KEY, Show, open_show
from bot.logs import configure_logs
from bot.trace import current, detach, traced, working_on
from tests.fakes.logs import written_log
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.usefixtures("log_setup")

log = structlog.get_logger("ours")
theirs = logging.getLogger("library")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(file: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.getvalue().splitlines()]


def fail(token: str) -> None:
    raise ValueError(f"no use for {len(token)} characters")


def test_a_line_is_a_json_object_with_its_moment_level_and_facts() -> None:
    file = io.StringIO()
    configure_logs("INFO", file)
    log.info("case finished", case=7)
    (line,) = lines(file)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "case finished", "level": "info", "case": 7}


def test_libraries_write_json_too_from_warning_up() -> None:
    file = io.StringIO()
    configure_logs("DEBUG", file)
    log.debug("ours")
    theirs.debug("theirs: Authorization: Bearer xoxb-1")
    theirs.info("theirs: POST https://hooks.slack.com/commands/T/1/secret")
    theirs.warning("theirs: %s", "careful")
    ours, warning = lines(file)
    assert ours["event"] == "ours"
    assert (warning["event"], warning["logger"]) == ("theirs: careful", "library")
    assert warning["level"] == "warning"


def test_below_the_level_nothing_is_written() -> None:
    file = io.StringIO()
    configure_logs("ERROR", file)
    log.warning("ours")
    theirs.warning("theirs")
    assert file.getvalue() == ""


def test_a_traceback_is_one_line_and_shows_no_variables() -> None:
    file = io.StringIO()
    configure_logs("INFO", file)
    try:
        fail("xoxb-" + "secret")
    except ValueError:
        log.exception("handler failed")
        theirs.exception("library failed")
    ours, library = lines(file)
    for line in (ours, library):
        assert "ValueError: no use for 11 characters" in line["exception"]
    assert "xoxb-secret" not in file.getvalue()


def test_on_a_terminal_lines_are_for_people_and_tracebacks_show_no_variables() -> None:
    file = Terminal()
    configure_logs("INFO", file)
    log.info("case finished", case=7)
    try:
        fail("xoxb-" + "secret")
    except ValueError:
        log.exception("handler failed")
    theirs.warning("careful")
    told = file.getvalue()
    assert "case finished" in told
    assert "careful" in told
    assert "no use for 11 characters" in told
    assert "xoxb-secret" not in told
    assert not told.startswith("{")


def test_standard_error_is_where_it_goes_unless_told_otherwise(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("INFO")
    log.info("hello")
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["event"] == "hello"


SUPPORT = handle(CallRef(vendor=Vendor.STREAM, id="default:support-room"))


async def kicked(show: Show) -> list[dict[str, Any]]:
    """The log of one signed kick from its request to its last notice."""
    mira = Moderator(show)
    with written_log() as file:
        await mira.types(f"kick {SUPPORT} amina loud")
        await mira.sees("kicked Amina", "confirmed")
        await show.services.tasks.drain(5)
    given = [text for text in show.stage.environ.values() if len(text) > 5]
    for secret in (*given, TARGET_KEY, "?", "/respond/"):
        assert secret not in file.getvalue()
    return lines(file)


async def test_every_line_of_an_order_has_one_id_from_slack_to_the_vendor_and_back(
    tmp_path: Path,
) -> None:
    async with open_show(tmp_path) as show:
        told = await kicked(show)
    assert len({line["request"] for line in told}) == 1
    events = [line["event"] for line in told]
    for event in ("order recorded", "case taken up", "vendor answered", "case finished"):
        assert event in events
    (act,) = [line for line in told if line.get("operation", "").endswith("/kick")]
    assert act.keys() >= {"case", "claim", "vendor", "status", "ms", "attempt", "vendor_request"}
    assert {line["notice"] for line in told if line["event"] == "notice shown"} == {
        "line",
        "answer",
    }


async def test_what_works_for_everybody_has_nobodys_id() -> None:
    async def sweep() -> str:
        detach()
        return current()

    with traced("one") as request:
        assert current() == request == "one"
        assert await asyncio.create_task(sweep()) == ""
        assert current() == "one"
    assert current() == ""


def test_work_taken_up_later_says_its_case_and_the_request_it_came_from() -> None:
    file = io.StringIO()
    configure_logs("INFO", file)
    with working_on(7, "one", claim="0123456789abcdef"):
        log.info("case taken up")
    with working_on(8, ""):
        log.info("of an older release")
    log.info("nobody's")
    first, second, third = lines(file)
    assert (first["case"], first["request"], first["claim"]) == (7, "one", "01234567")
    assert (second["case"], "request" in second) == (8, False)
    assert not third.keys() & {"case", "request", "claim"}
