"""A process that holds the audit chain's lock inside a transaction, to be frozen there.

`python -m tests.store.frozen <database url>` prints a line once it holds the lock.
"""

import sys
import threading

from bot.store.database import Database
from bot.store.urls import address_of


def hold(url: str) -> None:
    """Open a transaction as an order does, and never end it."""
    database = Database(address_of(url))
    connection = database.writing.connect()
    database.begin(connection, counting=True, timeout_s=2)
    sys.stdout.write("held\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    hold(sys.argv[1])
