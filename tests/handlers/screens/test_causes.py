"""Why a vendor cannot be reached is told to those who can mend it, and to nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.calls.models import Call, CallRef, Vendor
from bot.demo.slack.workspace import Workspace
from bot.demo.stage import Cast, Show, open_show
from tests.fakes.clock import ManualClock
from tests.fakes.moderator import Moderator
from tests.live.process import refusing_port

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAYS = ("Stream Video cannot be reached.", "Stream Video is not responding.")
CAUSE, MEND = "refuses the connection", "Check the address"

RULES = Cast.of(Workspace(ManualClock())).rules().replace("leads = ", "admins = ")
"""The cast's, with an admin in the lead's place."""

KNOWN = Call(ref=CallRef(vendor=Vendor.STREAM, id="default:known"), title="Known", people=2)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def show(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Show]:
    """Stream Video, which was seen before, refuses connections; the other vendors are well."""
    nowhere = {"STREAM_BASE_URL": f"http://127.0.0.1:{refusing_port()}"}
    folder: Path = tmp_path_factory.mktemp("show")
    async with open_show(folder, rules=RULES, more=nowhere) as opened:
        opened.app.live_calls.recent_calls.keep_calls([KNOWN])
        yield opened


@pytest.mark.parametrize(
    "words",
    [
        "",
        "find somebody",
        "show default:known",
        "kick default:known ann too loud",
    ],
)
@pytest.mark.parametrize(("who", "told"), [("moderator", False), ("lead", True)])
async def test_admins_read_the_cause_and_others_only_that_it_is_so(
    show: Show, words: str, who: str, *, told: bool
) -> None:
    answer = await Moderator(show, who).types(words)
    assert any(said in answer for said in SAYS)
    assert (CAUSE in answer, MEND in answer) == (told, told)
