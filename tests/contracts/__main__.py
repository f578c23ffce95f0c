"""`make contracts`: the vendors' operations that the clients use, by which verb or report.

Ends with 1 when a request is not as documented.
"""

import sys

from bot.calls.models import Vendor
from bot.logs import configure_logs
from tests.contracts.listing import lines, wrong

if __name__ == "__main__":
    configure_logs("CRITICAL")
    sys.stdout.write("\n".join(lines()) + "\n")
    sys.exit(1 if any(map(wrong, Vendor)) else 0)
