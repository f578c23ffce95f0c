"""The audit log: whether it is as it was recorded, and whether others can read it."""

from pathlib import Path

from bot.doctor.context import DoctorContext, existing_store
from bot.doctor.findings import Finding, Findings, bad, good, warning
from bot.errors import CallwardenError, RecordDamaged
from bot.store.private_files import exposed_files, is_open_to_all, make_private
from bot.store.urls import sqlite_file

AUDIT_LOG, FILES = "Audit log", "Files"

MIDDLE = 0.5
"""Which old entries are read again; `callwarden audit verify` reads all."""


async def audit_log(context: DoctorContext) -> Findings:
    """Whether the end of the chain, a sample of entries and cases, and the triggers are intact."""
    try:
        async with existing_store(context) as store:
            if store is None:
                return []
            entries, _ = await store.verify_since_checkpoint()
            await store.verify_part(MIDDLE)
    except RecordDamaged as error:
        mend = "Keep the database as it is; `callwarden audit verify` names all that was changed."
        return [bad(AUDIT_LOG, str(error), f"{error.next_step} {mend}")]
    except CallwardenError:
        return []  # the check of the database reports it
    says = f"{entries} entries; those looked at are as they were recorded."
    return [good(AUDIT_LOG, says)]


async def files(context: DoctorContext) -> Findings:
    """Whether other users of this machine can read the SQLite file, or put another in its place."""
    file = sqlite_file(context.settings.process.database_url.get_secret_value())
    if file is None or not file.exists():
        return []
    return _wide(file) or [good(FILES, "Nobody else on this machine can read the database.")]


def _wide(file: Path) -> list[Finding]:
    make_private(file)  # as whoever opens it does; what is left belongs to somebody else
    found = []
    if others := exposed_files(file):
        names = " ".join(map(str, others))
        mend = f"As their owner: chmod 600 {names}"
        found.append(warning(FILES, f"Other users of this machine can open {names}.", mend))
    folder = file.absolute().parent
    if is_open_to_all(folder):
        says = f"Everybody on this machine may replace what is in {folder}."
        found.append(warning(FILES, says, f"Take that right away: chmod o-w {folder}"))
    return found
