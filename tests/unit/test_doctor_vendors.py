"""`callwarden doctor` on the vendors: one read each, and what to look at when it fails."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.calls.models import Vendor
from bot.demo.stage import Stage
from bot.doctor import Sign
from tests.unit.surroundings import NOWHERE, Ward, fresh_ward, open_house

VARIABLES = {
    Vendor.STREAM: "STREAM_API_SECRET",
    Vendor.REALTIMEKIT: "REALTIMEKIT_API_TOKEN",
    Vendor.COMETCHAT: "COMETCHAT_API_KEY",
}


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with open_house() as opened:
        yield opened


@pytest.fixture
def ward(stage: Stage, tmp_path: Path) -> Iterator[Ward]:
    with fresh_ward(stage, tmp_path, f"sqlite:///{tmp_path / 'new.db'}") as opened:
        yield opened


@pytest.mark.parametrize("vendor", Vendor)
async def test_credentials_a_vendor_refuses_are_to_be_checked(ward: Ward, vendor: Vendor) -> None:
    ward.environ[VARIABLES[vendor]] = "wrong-and-long-enough-for-a-signature"
    assert VARIABLES[vendor] in (await ward.wrong(vendor.label)).mend


@pytest.mark.parametrize("vendor", Vendor)
async def test_a_vendor_that_cannot_be_reached_is_looked_for_by_its_address(
    ward: Ward, vendor: Vendor
) -> None:
    ward.environ[f"{vendor.name}_BASE_URL"] = NOWHERE
    assert f"{vendor.name}_BASE_URL" in (await ward.wrong(vendor.label)).mend


@pytest.mark.parametrize("vendor", Vendor)
async def test_a_vendor_that_fails_itself_has_a_status_page(ward: Ward, vendor: Vendor) -> None:
    ward.stage.world.servers[vendor].faults.error(500, times=None)
    finding = await ward.wrong(vendor.label)
    assert "500" in finding.says
    assert "status page" in finding.mend


async def test_a_page_that_answers_in_a_vendors_place_is_told_as_such(ward: Ward) -> None:
    ward.stage.world.cometchat.faults.error(302, times=None)
    finding = await ward.wrong("CometChat")
    assert "another address (302), which is not followed" in finding.says
    assert "COMETCHAT_BASE_URL" in finding.mend


async def test_ids_a_vendor_does_not_know_are_to_be_checked(ward: Ward) -> None:
    ward.stage.world.realtimekit.faults.error(404, times=None)
    assert "ids" in (await ward.wrong("RealtimeKit")).mend


async def test_a_vendor_nobody_set_up_is_off_and_that_is_fine(ward: Ward) -> None:
    ward.without(Vendor.COMETCHAT, Vendor.REALTIMEKIT)
    for about in ("CometChat", "RealtimeKit"):
        (finding,) = await ward.findings(about)
        assert finding.sign is Sign.NOTE
        assert finding.says.startswith("Off: ")
    assert await ward.findings("RealtimeKit events") == []


async def test_a_vendor_set_up_by_half_is_to_be_finished(ward: Ward) -> None:
    del ward.environ["STREAM_API_SECRET"]
    finding = await ward.wrong("Stream Video")
    assert "STREAM_API_SECRET is missing" in finding.says
    assert "Set what is missing" in finding.mend


async def test_without_any_vendor_there_is_nothing_to_moderate(ward: Ward) -> None:
    ward.without(*Vendor)
    assert "at least one" in (await ward.wrong("Vendors")).mend


async def test_events_whose_key_is_not_to_be_had_are_a_warning(ward: Ward) -> None:
    ward.environ["REALTIMEKIT_WEBHOOK_KEYS_URL"] = NOWHERE
    finding = await ward.wrong("RealtimeKit events", Sign.WARNING)
    assert "REALTIMEKIT_WEBHOOK_KEYS_URL" in finding.mend
