"""`make contracts`: the vendors' operations that the clients use, by which verb or look."""

import sys

from bot.logs import configure_logs
from tests.contracts.listing import lines

if __name__ == "__main__":
    configure_logs("CRITICAL")
    sys.stdout.write("\n".join(lines()) + "\n")
