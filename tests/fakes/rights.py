"""The rights of somebody who may do everything."""

from bot.calls.models import Vendor
from bot.calls.reports import LOOKS
from bot.calls.rights import Rights
from bot.calls.verbs import VERBS

FULL = Rights(verbs=frozenset(VERBS), everyone=frozenset(VERBS), looks=frozenset(LOOKS))
EVERYWHERE = dict.fromkeys(Vendor, FULL)
