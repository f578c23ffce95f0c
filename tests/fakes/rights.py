"""The rights of somebody who may do everything."""

from bot.calls.models import Vendor
from bot.calls.reports import REPORTS
from bot.calls.rights import Rights
from bot.calls.verbs import VERBS

FULL = Rights(verbs=frozenset(VERBS), everyone=frozenset(VERBS), reports=frozenset(REPORTS))
EVERYWHERE = dict.fromkeys(Vendor, FULL)
