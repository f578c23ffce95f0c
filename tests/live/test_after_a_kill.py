"""The bot is killed over an order, and the next process on its SQLite file waits for no lease."""

from datetime import timedelta
from pathlib import Path

from bot.settings_file import Limits
from tests.storm.killed import seconds_to_the_truth


async def test_what_a_killed_process_held_is_free_at_the_next_start(
    sqlite_url: str, tmp_path: Path
) -> None:
    lease = timedelta(seconds=Limits().lease_seconds)
    assert timedelta(seconds=await seconds_to_the_truth(sqlite_url, tmp_path)) < lease / 2
