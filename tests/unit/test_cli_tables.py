"""Tables in the terminal show every verb and every reason, whatever characters are in it."""

import io

import pytest
from rich.console import Console

from bot.calls.capabilities import Capability, Enforcement, cannot
from bot.calls.models import Vendor
from bot.calls.verbs import VERBS, Kick
from bot.cli_tables import capability_table, chain_words


def printed(width: int = 120, **told: Capability) -> str:
    table = {name: Capability(level=Enforcement.ENFORCED) for name in VERBS} | told
    file = io.StringIO()
    vendors = {Vendor.STREAM: table, Vendor.COMETCHAT: dict.fromkeys(VERBS, cannot("It reads."))}
    Console(file=file, width=width).print(capability_table(vendors))
    return file.getvalue()


def test_every_verb_and_vendor_is_there_with_how_far_it_carries() -> None:
    text = printed(mute=Capability(level=Enforcement.BEST_EFFORT, why="They may unmute."))
    for words in (*(verb.label for verb in VERBS.values()), "Stream", "CometChat"):
        assert words in text
    for words in ("enforced", "best effort", "impossible", "They may unmute.", "It reads."):
        assert words in text


def test_the_nearest_verb_is_named_where_one_does_not_work() -> None:
    assert "Nearest: Kick" in printed(block=cannot("It keeps no list.", instead=Kick))


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_a_long_name_goes_on_in_the_next_line_where_the_terminal_is_narrow(width: int) -> None:
    text = printed(width, mute=cannot("Set STREAM_MODERATOR_ID_THAT_IS_LONG first."))
    assert "…" not in text
    cells = (line.split("│")[2].strip() for line in text.splitlines() if line.count("│") > 2)
    assert "STREAM_MODERATOR_ID_THAT_IS_LONG" in "".join(cells)


def test_square_brackets_in_a_reason_are_words_and_not_markup() -> None:
    assert "Set [rtmp.youtube] first." in printed(mute=cannot("Set [rtmp.youtube] first."))


def test_an_unbroken_chain_is_told_with_its_last_hash() -> None:
    assert chain_words(3, "ab12") == "3 entries, unbroken. Last hash: ab12"
