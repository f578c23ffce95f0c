"""How much waits: counts over the partial indexes of open cases and due messages."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calls.models import Vendor
from bot.meter import Backlog, Waiting
from bot.store.cases.outages import COUNT
from bot.store.database import Database
from bot.store.tables.cases import CASE, IS_DUE, IS_OPEN, OUTBOX

_CASES = (
    select(
        CASE.c.vendor,
        func.count(),
        func.min(func.coalesce(CASE.c.accepted_at, CASE.c.asked_at)),
    )
    .where(IS_OPEN)
    .group_by(CASE.c.vendor)
)
_NOTICES = select(func.count(), func.min(OUTBOX.c.due_at)).where(IS_DUE)


async def backlog(connection: AsyncConnection, database: Database, now: datetime) -> Backlog:
    """How many cases are open by vendor, and how many messages should have been sent by now.

    The age of the oldest goes by the database's time; its moment is given as so long before `now`,
    which is what the reader's clock says.
    """
    open_cases = _CASES.add_columns(database.present)
    cases = {
        Vendor(vendor): Waiting(count=count, oldest=now - (then - oldest))
        for vendor, count, oldest, then in await connection.execute(open_cases)
        if vendor in set(Vendor)  # another release may know more
    }
    asked = _NOTICES.add_columns(database.present).where(OUTBOX.c.due_at <= database.present)
    count, oldest, then = (await connection.execute(asked)).one()
    since = None if oldest is None else now - (then - oldest)
    outages = await connection.scalar(COUNT) or 0
    return Backlog(cases=cases, notices=Waiting(count=count, oldest=since), outages=outages)
