"""The way out: the proxy and the certificates for every connection, and why one did not come about.

PostgreSQL does not go this way: its driver has settings of its own.
"""

from bot.network.failures import LASTING, Cause, cause_of, diagnose, proxy_cause
from bot.network.outbound import DIRECT, Network

__all__ = ["DIRECT", "LASTING", "Cause", "Network", "cause_of", "diagnose", "proxy_cause"]
