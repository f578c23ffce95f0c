"""Outgoing connections: proxies, certificates, and why a connection could not be made.

PostgreSQL does not go this way: its driver has settings of its own.
"""

from bot.network.failures import LASTING, Cause, cause_of, diagnose, proxy_cause
from bot.network.outbound import DIRECT, Network

__all__ = ["DIRECT", "LASTING", "Cause", "Network", "cause_of", "diagnose", "proxy_cause"]
