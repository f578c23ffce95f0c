"""A moderation channel that takes no messages: admins are told, lines wait and come in order."""

from pathlib import Path

from bot.calls.handles import handle
from bot.calls.live import ListView
from bot.calls.models import CallRef, Vendor
from bot.calls.outages import ChannelOutage
from bot.clock import SystemClock
from bot.demo.slack.render import as_text
from bot.demo.stage import Show, open_show
from bot.doctor.context import DoctorContext
from bot.doctor.findings import Severity
from bot.doctor.named_places import outages
from bot.settings import Settings
from handlers.blocks.action_values import TRY_CHANNELS, ListValue
from handlers.slack_api.admin_alerts import outage_words
from tests.fakes.clock import START
from tests.fakes.moderator import Moderator
from tests.handlers.screens.test_home import Visitor
from tests.handlers.test_bad_input import button, card

ROOM = handle(CallRef(vendor=Vendor.STREAM, id="default:support-room"))
RULES = """\
[people]
moderators = ["UMIRA"]
admins = ["UVIC"]

[slack]
moderation_channel = "CMODERATIONLOG"
"""


async def told_by_the_doctor(show: Show) -> list[str]:
    settings = Settings.load(show.environ, Path(show.environ["CALLWARDEN_CONFIG"]))
    patient = DoctorContext(settings, show.environ, SystemClock(), None, {}, Path())
    found = await outages(patient)
    assert {finding.sign for finding in found} <= {Severity.BAD}
    return [f"{finding.says} {finding.mend}" for finding in found]


async def test_lines_wait_while_the_channel_is_archived_and_whoever_runs_the_bot_knows(
    tmp_path: Path,
) -> None:
    async with open_show(tmp_path, rules=RULES) as show:
        log, admin = show.stage.cast.log, show.workspace.direct("UVIC").id
        assert await told_by_the_doctor(show) == []
        log.archived = True
        mira = Moderator(show)
        for person in ("Kofi", "Amina"):
            await mira.types(f"kick {ROOM} @{person} insults")
            await mira.sees("confirmed", person)
        (told,) = await show.workspace.until(lambda: show.workspace.messages.get(admin))
        assert "is archived. Lines of cases are kept" in as_text(told)
        await show.services.tasks.drain(5)
        home = await Visitor(show, "viewer").opens()
        assert "is archived. Since" in home
        assert "2 lines of cases kept" in home
        assert "is archived" not in await Visitor(show).opens(), "moderators cannot mend it"
        assert ["is archived. Since" in words for words in await told_by_the_doctor(show)] == [True]
        metrics = (await show.services.meter.page()).decode()
        assert "callwarden_channels_unavailable 1.0" in metrics
        assert len(show.workspace.messages[admin]) == 1

        log.archived = False
        before = await show.store.outages()
        pressed = button(TRY_CHANNELS, ListValue(view=ListView()).model_dump_json())
        await show.sender.press(mira.user, card(mira, pressed), text="Press")
        await show.services.tasks.drain(5)
        assert await show.store.outages() == before, "nor make it be tried"
        vic = Visitor(show, "viewer")
        await vic.uses(vic.home, "Try now")
        lines = await show.workspace.until(
            lambda: two if len(two := show.workspace.messages.get(log.id, [])) == 2 else None
        )
        assert ["Kofi" in as_text(lines[0]), "Amina" in as_text(lines[1])] == [True, True]
        assert all("in progress" not in as_text(line) for line in lines)
        await show.services.tasks.drain(5)
        assert "is archived" not in await Visitor(show, "viewer").opens()
        assert await told_by_the_doctor(show) == []


def test_an_error_that_another_release_wrote_down_is_told_as_it_is() -> None:
    words = outage_words(
        ChannelOutage(channel="C1", error="sulking", began_at=START, retry_at=START, kept=1)
    )
    assert "<#C1> (`C1`) takes no messages (sulking). Since" in words
    assert "1 line of cases kept" in words


async def test_a_doctor_finds_nothing_where_there_is_no_database(tmp_path: Path) -> None:
    async with open_show(tmp_path, rules=RULES) as show:
        for url in (f"sqlite:///{tmp_path / 'none.db'}", f"sqlite:///{tmp_path}"):
            environ = {**show.environ, "DATABASE_URL": url}
            settings = Settings.load(environ, tmp_path / "callwarden.toml")
            patient = DoctorContext(settings, environ, SystemClock(), None, {}, Path())
            assert await outages(patient) == []
