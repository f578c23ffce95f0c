"""The command line, through the console script's own entrance."""

import asyncio
import csv
import io
import json
import os
import socket
import sqlite3
import stat
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.cli import main
from bot.clock import SystemClock
from bot.store import open_store
from bot.store.instance_lock import InstanceLock
from bot.store.urls import address_of
from tests.store.damage import damage
from tests.store.orders import order

pytestmark = pytest.mark.usefixtures("log_setup")

OURS = ("SLACK_", "STREAM_", "REALTIMEKIT_", "COMETCHAT_", "CALLWARDEN_", "DATABASE_URL", "PORT")
ENTRIES = 3


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `callwarden …` in an empty folder with these variables and none of ours besides."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for name in os.environ:
        if name.startswith(OURS):
            monkeypatch.delenv(name)

    def call(*arguments: str, **environ: str) -> Said:
        for name, text in environ.items():
            monkeypatch.setenv(name, text)
        with pytest.raises(SystemExit) as end:
            main(arguments)
        return Said(int(end.value.code or 0), *capsys.readouterr())

    return call


@pytest.fixture
def record(sqlite_url: str) -> str:
    """The URL of a database with a few entries in its record."""

    async def write() -> None:
        async with open_store(sqlite_url, SystemClock()) as store:
            for number in range(ENTRIES):
                await store.accept(order(f"k{number}", person=f"p{number}", reason="=1+1"))

    asyncio.run(write())
    return sqlite_url


def last_hash(url: str) -> str:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        (found,) = database.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return bytes(found).hex()


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_help_names_every_command(run: Run, arguments: tuple[str, ...]) -> None:
    said = run(*arguments)
    for command in ("serve", "worker", "migrate", "capabilities", "demo", "audit"):
        assert command in said.out


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("serve", "Answer Slack"),
        ("worker", "left behind"),
        ("migrate", "tables"),
        ("capabilities", "vendor"),
        ("doctor", "has to be mended"),
        ("demo", "without Slack"),
        ("audit verify", "what was changed"),
        ("audit export", "--format"),
    ],
)
def test_every_command_explains_itself(run: Run, command: str, words: str) -> None:
    said = run(*command.split(), "--help")
    assert (said.code, words in said.out) == (0, True)


def test_the_version_is_told(run: Run) -> None:
    assert run("--version") == (0, f"callwarden {version('callwarden')}\n", "")


def test_an_unknown_command_is_an_error_of_use(run: Run) -> None:
    assert run("destroy").code == 2


def test_migrate_makes_the_tables_and_may_be_repeated(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    for _ in range(2):
        assert run("migrate", DATABASE_URL=url) == (0, "The database is up to date.\n", "")
    assert run("audit", "verify").out.startswith("0 entries, unbroken.")


def test_restored_marks_a_database_and_says_what_that_means(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'callwarden.db'}"
    code, told, _ = run("restored", DATABASE_URL=url)
    assert code == 0
    assert told.startswith("Restored from a backup. Open cases: 0, looked at before")
    assert told.endswith("The next case is #1001.\n")
    assert "#1001" in run("restored", DATABASE_URL=url)[1]
    assert "#4001" in run("restored", "--last-case", "4000", DATABASE_URL=url)[1]


def test_migrate_says_that_a_database_cannot_be_reached_without_its_password(run: Run) -> None:
    said = run("migrate", DATABASE_URL="postgresql://ann:hunter2@127.0.0.1:9/none")
    assert (said.code, said.out) == (75, "")
    assert said.err.startswith("PostgreSQL at 127.0.0.1:9 refuses the connection")
    assert "hunter2" not in said.err
    assert "Traceback" not in said.err


def test_capabilities_are_told_before_there_is_any_account(run: Run) -> None:
    said = run("capabilities", STREAM_API_KEY="")
    assert said.code == 0
    for words in ("Stream", "RealtimeKit", "CometChat", "Kick", "enforced", "impossible"):
        assert words in said.out


def test_a_good_chain_verifies_and_its_last_hash_is_told(run: Run, record: str) -> None:
    said = run("audit", "verify", DATABASE_URL=record)
    assert said == (0, f"{ENTRIES} entries, unbroken. Last hash: {last_hash(record)}\n", "")


def test_a_hash_kept_elsewhere_is_found_in_the_chain(run: Run, record: str) -> None:
    said = run("audit", "verify", "--expect", last_hash(record), DATABASE_URL=record)
    assert said.code == 0


def test_a_hash_that_is_not_in_the_chain_breaks_it(run: Run, record: str) -> None:
    said = run("audit", "verify", "--expect", "ab" * 32, DATABASE_URL=record)
    assert (said.code, said.out) == (1, "")
    assert len(said.err.splitlines()) == 2


@pytest.mark.parametrize("text", ["", "abc", "xy" * 32, "ab" * 33])
def test_what_cannot_be_a_hash_is_an_error_of_use(run: Run, record: str, text: str) -> None:
    said = run("audit", "verify", "--expect", text, DATABASE_URL=record)
    assert (said.code, "64 hexadecimal digits" in said.err) == (2, True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET body = replace(body, 'p1', 'p9') WHERE id = 2",
        "UPDATE audit SET hash = zeroblob(32) WHERE id = 2",
        "DELETE FROM audit WHERE id = 2",
    ],
)
def test_a_meddled_record_is_named_by_its_first_bad_entry(
    run: Run, record: str, statement: str
) -> None:
    damage(record, statement)
    said = run("audit", "verify", DATABASE_URL=record)
    assert (said.code, said.out) == (1, "")
    happened, *_, todo = said.err.splitlines()
    assert " 2 " in happened
    assert "tell an admin" in todo


def test_everything_that_was_changed_is_told_a_line_each(run: Run, record: str) -> None:
    damage(
        record,
        "UPDATE audit SET people = NULL WHERE id = 2",
        "UPDATE moderation_case SET state = 'confirmed' WHERE number = 3",
    )
    said = run("audit", "verify", DATABASE_URL=record)
    assert said.code == 1
    first, second, todo = said.err.splitlines()
    assert "entry 2 " in first
    assert "Case #3 " in second
    assert "tell an admin" in todo


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_says_that_entries_are_damaged(
    run: Run, record: str, form: str, tmp_path: Path
) -> None:
    damage(record, "UPDATE audit SET body = X'FF' WHERE id = 2")
    file = tmp_path / "out"
    said = run("audit", "export", "--format", form, "--to", str(file), DATABASE_URL=record)
    assert (said.code, said.out) == (0, f"{ENTRIES} entries written to {file}.\n")
    assert said.err == "Damaged: 1. Run `callwarden audit verify`.\n"
    assert len(file.read_text(encoding="utf-8").splitlines()) >= ENTRIES


def test_an_audit_log_that_cannot_be_read_is_not_called_damaged(run: Run) -> None:
    said = run("audit", "verify", DATABASE_URL="postgresql://ann:hunter2@127.0.0.1:9/none")
    assert (said.code, said.out) == (75, "")
    assert said.err.startswith("The audit log could not be checked, which says nothing about it.")
    assert "hunter2" not in said.err


def test_the_record_is_a_table_for_spreadsheets_by_default(run: Run, record: str) -> None:
    said = run("audit", "export", DATABASE_URL=record)
    head, *rows = csv.reader(io.StringIO(said.out.removeprefix("\ufeff")))
    assert (said.code, len(rows)) == (0, ENTRIES)
    assert [row[head.index("people")] for row in rows] == ["P0 (p0)", "P1 (p1)", "P2 (p2)"]
    assert {row[head.index("reason")] for row in rows} == {"'=1+1"}


def test_the_record_is_one_json_object_a_line_if_asked(
    run: Run, record: str, tmp_path: Path
) -> None:
    file = tmp_path / "out.jsonl"
    file.write_text("of yesterday\n" * 1000)
    file.chmod(0o644)
    said = run("audit", "export", "--format", "jsonl", "--to", str(file), DATABASE_URL=record)
    assert said == (0, f"{ENTRIES} entries written to {file}.\n", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    entries = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(entry["id"], entry["event"]) for entry in entries] == [
        (number, "requested") for number in range(1, ENTRIES + 1)
    ]


def test_a_place_that_cannot_be_written_to_is_an_error_of_use(run: Run, record: str) -> None:
    said = run("audit", "export", "--to", "no/such/folder/out.csv", DATABASE_URL=record)
    assert said.code == 2
    assert "cannot be written" in said.err


@pytest.mark.parametrize("command", ["verify", "export"])
def test_looking_at_a_record_that_is_not_there_makes_no_file(
    run: Run, tmp_path: Path, command: str
) -> None:
    said = run("audit", command, DATABASE_URL=f"sqlite:///{tmp_path / 'none.db'}")
    assert said.code == 78
    assert "callwarden migrate" in said.err
    assert not (tmp_path / "none.db").exists()


def test_looking_at_a_database_that_does_not_answer_says_so(run: Run) -> None:
    said = run("audit", "export", DATABASE_URL="postgresql://ann:hunter2@127.0.0.1:9/none")
    assert (said.code, said.out) == (75, "")
    assert said.err.startswith("PostgreSQL at 127.0.0.1:9 refuses the connection")
    assert "hunter2" not in said.err


VENDOR = {"STREAM_API_KEY": "key", "STREAM_API_SECRET": "secret"}
SLACK = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "s3cret",
    "SLACK_API_URL": "http://127.0.0.1:9/api/",
    "LOG_LEVEL": "CRITICAL",
    **VENDOR,
}
"""A Slack that does not answer, of which a start warns."""


ADDRESSES = [
    "postgresql://ann@127.0.0.1:9/none?password=hunter2",
    "postgresql://ann@127.0.0.1:9/none?sslpassword=hunter2&sslmode=require",
    "postgresql://ann@127.0.0.1:9/none?options=-c%20a.b=hunter2&passfile=/hunter2",
    "postgresql://ann:p@hunter2@127.0.0.1:9/none",
    "postgresql://ann:hunter2/x@127.0.0.1:9/none",
    "postgresql://ann:hunter2?x@no-such.invalid/none",
    "postgresql://ann@127.0.0.1/none?pasword=hunter2",
    "host=127.0.0.1 port=9 password=hunter2",
    "'postgresql://ann:hunter2@127.0.0.1:9/none'",
    "mysql://ann:hunter2@127.0.0.1/none",
]


@pytest.mark.parametrize("command", ["migrate", "doctor", "audit verify"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_command_shows_a_secret_of_the_address(run: Run, command: str, address: str) -> None:
    said = run(*command.split(), DATABASE_URL=address)
    assert said.code in {1, 75, 78}
    assert "hunter2" not in said.out + said.err
    assert "Traceback" not in said.out + said.err


@pytest.mark.parametrize("address", ADDRESSES[6:])
def test_serve_ends_where_an_address_cannot_be_read(run: Run, address: str) -> None:
    said = run("serve", DATABASE_URL=address, PORT="0", **SLACK)
    assert (said.code, said.out) == (78, "")
    assert "DATABASE_URL" in said.err
    assert "hunter2" not in said.err


def test_serve_without_slack_names_what_is_missing(run: Run) -> None:
    said = run("serve", **VENDOR)
    assert (said.code, said.out) == (78, "")
    happened, todo = said.err.splitlines()
    assert "SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET" in happened
    assert "README.md says where to find them" in todo


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_serve_on_a_taken_port_says_so_in_two_lines(run: Run, taken_port: int) -> None:
    said = run("serve", PORT=str(taken_port), **SLACK)
    assert (said.code, said.out) == (78, "")
    happened, todo = said.err.splitlines()
    assert f"Port {taken_port}" in happened
    assert "PORT" in todo


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_second_process_on_one_sqlite_file_says_so_in_two_lines(
    run: Run, sqlite_url: str, command: str
) -> None:
    lock = InstanceLock(address_of(sqlite_url))
    lock.acquire()
    try:
        said = run(command, PORT="0", DATABASE_URL=sqlite_url, **SLACK)
    finally:
        lock.release()
    assert said.code == 1
    happened, todo = said.err.splitlines()
    assert "Another process" in happened
    assert "PostgreSQL" in todo


def test_a_wrong_setting_is_named_and_its_value_is_not_repeated(run: Run) -> None:
    said = run("serve", PORT="hunter2", **SLACK)
    assert said.code == 78
    assert said.err.startswith("PORT is wrong")
    assert "hunter2" not in said.err
