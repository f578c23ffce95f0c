"""Log lines: one JSON object each, or colours on a terminal; never a secret of a library's."""

import io
import json
import logging
from typing import Any

import pytest
import structlog

from bot.logs import configure_logs

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
