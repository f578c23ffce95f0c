"""A first word alone begins nothing: the form asks which of its family, and keeps what was said."""

import pytest

from bot.calls.models import Vendor
from bot.calls.verbs import VERBS
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from handlers.blocks.action_values import FORM_CALL, FORM_VERB
from handlers.blocks.help import FAMILIES
from tests.fakes.form_filler import LAUNCH, STAGE, SUPPORT, FormFiller, latest, short

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEVERAL = [first for first, family in FAMILIES.items() if len(family) > 1]
NIGHT = "v1.us.demo.dating-night"


@pytest.fixture
def leo(show: Show) -> FormFiller:
    return FormFiller(show, "lead")


@pytest.mark.parametrize("first", SEVERAL)
async def test_a_first_word_alone_sends_nothing_and_asks_which(
    show: Show, leo: FormFiller, first: str
) -> None:
    vendor, call = (Vendor.COMETCHAT, NIGHT) if first == "group" else (Vendor.STREAM, LAUNCH)
    before = len(show.stage.world.servers[vendor].effects)
    view = await leo.opens(f"{first} {short(call, vendor)}")
    able = show.app.live_calls.provider(vendor).capabilities
    labels = [verb.label for verb in FAMILIES[first] if able[verb.name].possible]
    menu = next(b["element"] for b in view.blocks if b["block_id"] == "verb")
    assert [item["text"]["text"] for item in menu["options"]] == labels
    assert "initial_option" not in menu
    assert show.stage.world.servers[vendor].effects[before:] == []


async def test_what_was_said_stands_in_the_form_once_it_is_known_which(
    show: Show, leo: FormFiller
) -> None:
    await leo.opens(f"rtmp {short(LAUNCH)} youtube for the press")
    await leo.chooses(FORM_VERB, VERBS["rtmp_start"].label)
    text = as_text(await leo.drawn("To: [youtube ▾]"))
    assert "for the press" in text
    assert await leo.submits() == {}
    assert (await latest(show)).act.verb.name == "rtmp_start"


async def test_people_who_were_said_are_looked_up_once_it_is_known_who_can_be_meant(
    leo: FormFiller,
) -> None:
    await leo.opens(f"group {short(NIGHT, Vendor.COMETCHAT)} loud nobody")
    await leo.chooses(FORM_VERB, "Remove from group")
    assert "loud" in as_text(await leo.drawn("People"))


async def test_people_are_kept_while_the_call_is_not_found(leo: FormFiller) -> None:
    await leo.opens("group QQQQ loud")
    await leo.chooses(FORM_VERB, "Remove from group")
    await leo.chooses(FORM_CALL, "dating-night", "dating")
    assert "loud" in as_text(await leo.drawn("People"))


async def test_what_a_vendor_can_do_nothing_of_is_said(leo: FormFiller) -> None:
    text = as_text(await leo.opens(f"group {short(STAGE)}"))
    assert "“group” is not available on Stream Video" in text
    assert "What to do" not in text
    assert SUPPORT not in text
