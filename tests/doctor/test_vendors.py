"""`callwarden doctor` on the vendors: one read each, and what to look at when it fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.calls.models import Vendor
from bot.demo.stage import Stage
from bot.doctor import Severity
from tests.doctor.surroundings import NOWHERE, Surroundings, fresh_ward

VARIABLES = {
    Vendor.STREAM: "STREAM_API_SECRET",
    Vendor.REALTIMEKIT: "REALTIMEKIT_API_TOKEN",
    Vendor.COMETCHAT: "COMETCHAT_API_KEY",
}


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def surroundings(stage: Stage, tmp_path: Path) -> Iterator[Surroundings]:
    with fresh_ward(stage, tmp_path, f"sqlite:///{tmp_path / 'new.db'}") as opened:
        yield opened


@pytest.mark.parametrize("vendor", Vendor)
async def test_credentials_a_vendor_refuses_are_to_be_checked(
    surroundings: Surroundings, vendor: Vendor
) -> None:
    surroundings.environ[VARIABLES[vendor]] = "wrong-and-long-enough-for-a-signature"
    assert VARIABLES[vendor] in (await surroundings.wrong(vendor.label)).mend


@pytest.mark.parametrize("vendor", Vendor)
async def test_a_vendor_that_cannot_be_reached_is_looked_for_by_its_address(
    surroundings: Surroundings, vendor: Vendor
) -> None:
    surroundings.environ[f"{vendor.name}_BASE_URL"] = NOWHERE
    assert f"{vendor.name}_BASE_URL" in (await surroundings.wrong(vendor.label)).mend


@pytest.mark.parametrize("vendor", Vendor)
async def test_a_vendor_that_fails_itself_has_a_status_page(
    surroundings: Surroundings, vendor: Vendor
) -> None:
    surroundings.stage.world.servers[vendor].faults.error(500, times=None)
    finding = await surroundings.wrong(vendor.label)
    assert "500" in finding.says
    assert "status page" in finding.mend


async def test_a_page_that_answers_in_a_vendors_place_is_told_as_such(
    surroundings: Surroundings,
) -> None:
    surroundings.stage.world.cometchat.faults.error(302, times=None)
    finding = await surroundings.wrong("CometChat")
    assert "another address (302), which is not followed" in finding.says
    assert "COMETCHAT_BASE_URL" in finding.mend


async def test_ids_a_vendor_does_not_know_are_to_be_checked(surroundings: Surroundings) -> None:
    surroundings.stage.world.realtimekit.faults.error(404, times=None)
    assert "ids" in (await surroundings.wrong("RealtimeKit")).mend


async def test_a_vendor_nobody_set_up_is_off_and_that_is_fine(surroundings: Surroundings) -> None:
    surroundings.without(Vendor.COMETCHAT, Vendor.REALTIMEKIT)
    for about in ("CometChat", "RealtimeKit"):
        (finding,) = await surroundings.findings(about)
        assert finding.sign is Severity.NOTE
        assert finding.says.startswith("Off: ")
    assert await surroundings.findings("RealtimeKit events") == []


async def test_a_vendor_set_up_by_half_is_to_be_finished(surroundings: Surroundings) -> None:
    del surroundings.environ["STREAM_API_SECRET"]
    finding = await surroundings.wrong("Stream Video")
    assert "STREAM_API_SECRET is missing" in finding.says
    assert "Set what is missing" in finding.mend


async def test_without_any_vendor_there_is_nothing_to_moderate(surroundings: Surroundings) -> None:
    surroundings.without(*Vendor)
    assert "at least one" in (await surroundings.wrong("Vendors")).mend


async def test_events_whose_key_is_not_to_be_had_are_a_warning(surroundings: Surroundings) -> None:
    surroundings.environ["REALTIMEKIT_WEBHOOK_KEYS_URL"] = NOWHERE
    finding = await surroundings.wrong("RealtimeKit events", Severity.WARNING)
    assert "REALTIMEKIT_WEBHOOK_KEYS_URL" in finding.mend
