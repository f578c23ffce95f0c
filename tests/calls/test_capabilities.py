"""What a vendor can do is said beside the method that does it."""

import pytest

from bot.calls.acts import Act
from bot.calls.capabilities import (
    Capability,
    Enforcement,
    can,
    cannot,
    complete,
    of_call,
    performers,
)
from bot.calls.models import Call, CallRef, Vendor
from bot.calls.outcomes import Receipt
from bot.calls.verbs import VERBS, Block, GroupRemove, Kick, Mute, RecordingKind, RecordStart


class SomeVendor:
    """A provider that can do three things."""

    @can(Kick, Mute, level=Enforcement.BEST_EFFORT, why="It may be late.", instead=Block)
    async def remove(self, act: Act) -> Receipt:
        """Two verbs by one call."""
        return Receipt(evidence=act.title)

    @can(RecordStart, only={"kind": ("composite",)})
    async def record(self, act: Act) -> Receipt:
        """One verb with one kind."""
        return Receipt(evidence=act.title)


def test_the_methods_of_a_provider_are_found_by_verb() -> None:
    found = performers(SomeVendor)
    assert {verb: doing.method for verb, doing in found.items()} == {
        "kick": "remove",
        "mute": "remove",
        "record_start": "record",
    }
    kick = found["kick"].capability
    assert (kick.level, kick.why, kick.instead) == (
        Enforcement.BEST_EFFORT,
        "It may be late.",
        "block",
    )
    assert kick.possible


def test_what_cannot_be_done_says_why_and_what_comes_nearest() -> None:
    block = cannot("It keeps no list.", instead=Kick)
    assert not block.possible
    assert (block.why, block.instead) == ("It keeps no list.", "kick")
    assert cannot("It only reads.").instead is None


def test_an_option_the_vendor_does_not_take_is_named() -> None:
    capability = performers(SomeVendor)["record_start"].capability
    assert capability.refuses(RecordStart()) is None
    assert capability.refuses(RecordStart(kind=RecordingKind.RAW)) == "kind raw"


def test_without_a_group_nothing_of_a_group_is_possible_nor_nearest() -> None:
    table = {name: Capability(level=Enforcement.ENFORCED) for name in VERBS}
    table |= {"kick": cannot("It only reads.", instead=GroupRemove)}
    ref = CallRef(vendor=Vendor.COMETCHAT, id="x")
    for grouped in (True, None):
        assert of_call(table, Call(ref=ref, title="X", people=2, grouped=grouped)) == table
    alone = of_call(table, Call(ref=ref, title="X", people=2, grouped=False))
    assert {name for name in VERBS if not alone[name].possible} == {
        "kick",
        "group_remove",
        "group_ban",
        "group_unban",
    }
    assert alone["kick"].instead is None
    assert "1-to-1" in alone["group_ban"].why


def test_a_table_has_a_line_for_every_verb() -> None:
    whole = {name: Capability(level=Enforcement.ENFORCED) for name in VERBS}
    assert complete(whole) == whole
    del whole["kick"], whole["end"]
    with pytest.raises(ValueError, match="end, kick"):
        complete(whole)
