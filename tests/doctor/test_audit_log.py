"""`callwarden doctor` says whether the audit log is sound, and who else can read the database."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.doctor.audit_log import audit_log, files
from bot.doctor.context import DoctorContext
from bot.doctor.findings import Severity
from bot.settings import Settings
from bot.store import open_store
from tests.store.damage import damage
from tests.store.orders import order

NOBODY = 65534


def context(url: str) -> DoctorContext:
    settings = Settings.load({"DATABASE_URL": url}, None)
    return DoctorContext(settings, {}, SystemClock(), None, {}, Path("none"))


@pytest.fixture
async def url(database_url: str) -> str:
    async with open_store(database_url, SystemClock(), timeout_s=60) as store:
        for i in range(3):
            await store.accept(order(f"k{i}", person=f"p{i}"))
    return database_url


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that everybody on the machine can look into."""
    made = Path(tempfile.mkdtemp(prefix="callwarden-shared-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def open_wide(path: Path) -> None:
    path.chmod(0o777)


async def test_a_sound_audit_log_is_good(url: str) -> None:
    (found,) = await audit_log(context(url))
    assert (found.sign, found.says[:10]) == (Severity.GOOD, "3 entries;")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET people = NULL WHERE id = 2", "DELETE FROM audit WHERE id = 2"],
)
async def test_what_was_changed_is_told_with_its_number(url: str, statement: str) -> None:
    damage(url, statement)
    (found,) = await audit_log(context(url))
    assert found.sign is Severity.BAD
    assert "entry 2 " in found.says
    assert "callwarden audit verify" in found.mend


@pytest.mark.parametrize("away", ["postgresql://127.0.0.1:9/none", "sqlite:///no/such/file.db"])
async def test_a_database_that_is_away_says_nothing_of_the_audit_log(away: str) -> None:
    assert await audit_log(context(away)) == []
    assert await files(context(away)) == []


async def test_a_database_of_ones_own_is_private(sqlite_url: str) -> None:
    (found,) = await files(context(sqlite_url))
    assert found.sign is Severity.GOOD


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
async def test_files_of_somebody_else_that_are_open_to_others_are_told(
    folder: Path, sqlite_template: Path
) -> None:
    file = folder / "callwarden.db"
    shutil.copy(sqlite_template, file)
    file.chmod(0o644)
    os.seteuid(NOBODY)
    try:
        (found,) = await files(context(f"sqlite:///{file}"))
    finally:
        os.seteuid(0)
    assert found.sign is Severity.WARNING
    assert f"chmod 600 {file}" in found.mend


async def test_a_folder_that_everybody_may_write_to_is_told(
    folder: Path, sqlite_template: Path
) -> None:
    file = folder / "callwarden.db"
    shutil.copy(sqlite_template, file)
    open_wide(folder)
    (found,) = await files(context(f"sqlite:///{file}"))
    assert (found.sign, str(folder) in found.says) == (Severity.WARNING, True)
