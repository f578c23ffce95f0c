"""A subscription to send for."""

import pytest

from tests.digest_delivery.delivery import Watch, utc
from tests.fakes.clock import ManualClock
from tests.fakes.digests import subscription


@pytest.fixture
def watch(clock: ManualClock) -> Watch:
    """One subscription for nine o'clock UTC; every day before today's is posted."""
    watch = Watch(clock, subscription())
    watch.rows.subs[0] = watch.rows.subs[0].model_copy(update={"made_at": utc(20, 12)})
    return watch
