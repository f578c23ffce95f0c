"""Two workers on PostgreSQL, killed without warning again and again: each digest stands once."""

from datetime import date, timedelta
from pathlib import Path

from tests.live.digesting import LAST_DAY, digest_storm

CHANNELS, DAYS = 6, 2


async def test_each_digest_of_each_day_stands_exactly_once_whoever_is_killed(
    postgres_url: str, tmp_path: Path
) -> None:
    count = await digest_storm(postgres_url, tmp_path, channels=CHANNELS, days=DAYS)
    days: list[date] = [LAST_DAY - timedelta(days=back) for back in range(DAYS)]
    wanted = {f"digest:{number + 1}:{day}" for number in range(CHANNELS) for day in days}
    assert set(count.digests) == set(count.details)
    assert {key.split(":")[2] for key in count.digests} == {str(day) for day in days}
    assert len(count.digests) == len(wanted)
    assert set(count.digests.values()) == {1}
    assert set(count.details.values()) == {1}
    assert count.killed > 0
