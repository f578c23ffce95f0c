"""What strangers wrote reaches the terminal as text, whichever command prints it."""

import io
import json
import re
from collections.abc import Callable, Mapping, Sequence

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st

from bot.calls.capabilities import Capability, Enforcement
from bot.calls.models import Vendor
from bot.calls.verbs import VERBS
from bot.cli_console import console
from bot.cli_output import Output, say, say_json
from bot.cli_tables import capability_table, findings_as_json, findings_text, gaps_text
from bot.digests.digest import Gap
from bot.doctor.findings import bad
from bot.logs import configure_logs
from bot.printable import one_line, plain
from tests.fakes.logs import log_setup_kept

OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]"
)
"""What no terminal may be given by somebody else; tab and line feed are text."""

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\x1b\x9b\x9d\x07\r\n\t\x00\x7f\x85\u202e\u2066\u2028[]m2JK;ab é"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@given(HOSTILE)
@example("\x1b]0;title\x07Alice")
@example("\x1b\x1b[31m[31m")
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    assert not OBEYED.search(plain(text))
    assert plain(plain(text)) == plain(text)
    assert "\n" not in one_line(text)


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])))
def test_honest_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\x1b[2J\x1b[31mAlice\x1b[0m", "Alice"),
        ("\x9b31mAlice", "Alice"),
        ("\x1b]8;;https://evil.example\x1b\\Alice\x1b]8;;\x1b\\", "Alice"),
        ("\u202eecilA", "ecilA"),
        ("Alice\r✓ all good", "Alice ✓ all good"),
        ("two\r\nlines\tand a tab", "two\nlines\tand a tab"),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_escape_sequences_go_as_a_whole(written: str, shown: str) -> None:
    assert plain(written) == shown


def table(text: str) -> str:
    told: Mapping[str, Capability] = {
        name: Capability(level=Enforcement.BEST_EFFORT, why=text) for name in VERBS
    }
    screen = io.StringIO()
    console(file=screen).print(capability_table({Vendor.STREAM: told}))
    return screen.getvalue()


def spoken(text: str) -> str:
    return plain(text)


PRINTERS: Sequence[Callable[[str], str]] = (
    table,
    lambda text: spoken(findings_text([bad("Stream", text, text)])),
    lambda text: spoken(gaps_text([Gap(vendor=Vendor.STREAM, why=text)])),
    lambda text: findings_as_json([bad("Stream", text, text)]),
)


@given(HOSTILE, st.sampled_from(range(len(PRINTERS))))
def test_every_printer_of_a_command_is_safe(text: str, which: int) -> None:
    assert not OBEYED.search(PRINTERS[which](text))


@given(HOSTILE)
def test_a_finding_and_what_mends_it_are_a_line_each(text: str) -> None:
    """Nobody's name passes for a line of the doctor's own."""
    assert len(findings_text([bad("Stream", f"x{text}", f"y{text}")]).splitlines()) == 4


@given(HOSTILE)
def test_json_keeps_every_character(text: str) -> None:
    (told,) = json.loads(findings_as_json([bad("Stream", text, "")]))
    assert told["says"] == text


def test_what_is_said_is_plain_and_json_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    say("\x1b[31mAlice")
    say("\x1b[31mBob", err=True)
    say_json('"\\u001b[31mAlice"')
    assert capsys.readouterr() == ('Alice\n"\\u001b[31mAlice"\n', "Bob\n")


def test_a_file_is_plain_for_eyes_and_exact_for_programs() -> None:
    screen, pipe = Screen(), io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Output(screen).write("\x1b[31mAlicé\n")
    Output(pipe).write("\x1b[31mAlicé\n")
    pipe.flush()
    assert screen.getvalue() == "Alicé\n"
    assert pipe.buffer.getvalue() == "\x1b[31mAlicé\n".encode()


def test_log_lines_on_a_terminal_are_plain() -> None:
    """Colours of the log's own stay."""
    with log_setup_kept():
        screen = Screen()
        configure_logs("INFO", screen)
        log = structlog.get_logger("ours")
        log.info("vendor failed", error="\x1b[2J\u202egone", count=1)
        gone = "\x1b[2J\u202egone"
        log.error("scheduled job failed", exc_info=ValueError(gone))
    shown = screen.getvalue()
    assert shown.count("gone") == 2
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown
