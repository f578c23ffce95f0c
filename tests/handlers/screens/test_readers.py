"""A private card is drawn for its reader; what they may not do or read is not behind it either."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.calls.audit_filter import AuditQuery
from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import Message, View
from bot.demo.stage import Show, open_show
from handlers.blocks.action_values import (
    AUDIT,
    AUDIT_SEARCH,
    CASE,
    CASE_CHECK,
    CASE_PAGE,
    MODERATE,
    AuditValue,
    CaseValue,
    Value,
)
from handlers.blocks.elements import actions, button
from handlers.blocks.message import Block
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT = CallRef(vendor=Vendor.STREAM, id="default:support-room")
ROOM = handle(SUPPORT)

NO_AUDIT = "read the audit log"
NO_CASE = "read other people's cases"


async def has_a_case(show: Show) -> None:
    """Mira kicks Kofi: case #1."""
    mira = Moderator(show)
    await mira.types(f"kick {ROOM} @Kofi insults")
    await mira.sees("confirmed")


def labels(shown: Message | View) -> set[str]:
    """What every button and menu option says, without the number of people."""
    blocks: list[Block] = shown.blocks if isinstance(shown, Message) else shown.given["blocks"]
    return {label.partition(" (")[0] for label in _labels(blocks)}


def _labels(part: Any) -> list[str]:
    if isinstance(part, list):
        return [label for item in part for label in _labels(item)]
    if not isinstance(part, dict):
        return []
    own = part.get("text")
    told = (
        [own["text"]] if isinstance(own, dict) and ("value" in part or "action_id" in part) else []
    )
    return told + [label for item in part.values() for label in _labels(item)]


@pytest.mark.parametrize(
    ("words", "no"),
    [
        ("audit", NO_AUDIT),
        ("audit case 1", NO_AUDIT),
        ("audit person kofi", NO_AUDIT),
        ("audit search", "search the audit log"),
        ("audit by @mira", "search the audit log"),
        ("case 1", NO_CASE),
        ("case 99", NO_CASE),
    ],
)
async def test_a_viewer_reads_neither_the_audit_log_nor_others_cases(
    show: Show, words: str, no: str
) -> None:
    await has_a_case(show)
    vic = Moderator(show, "viewer")
    told = await vic.types(words)
    assert no in told
    assert "Kofi" not in told


async def test_a_viewer_reads_what_they_asked_for_themselves(show: Show) -> None:
    vic = Moderator(show, "viewer")
    await vic.types(f"kick {ROOM} @Kofi please")
    assert "refused" in await vic.types("audit by me")


OLD = [
    (CASE, CaseValue(number=1), NO_CASE),
    (CASE_PAGE, CaseValue(number=1, page=1), NO_CASE),
    (CASE_CHECK, CaseValue(number=1), NO_CASE),
    (AUDIT, AuditValue(which=AuditQuery(before=99)), NO_AUDIT),
    (AUDIT_SEARCH, AuditValue(), "search the audit log"),
]


@pytest.mark.parametrize(("action_id", "value", "no"), OLD)
async def test_a_button_on_an_old_card_reads_no_more_than_its_presser_may(
    show: Show, action_id: str, value: Value, no: str
) -> None:
    await has_a_case(show)
    vic = Moderator(show, "viewer")
    ops = show.stage.cast.ops.id
    card = show.workspace.post(ops, "Old", actions([button("Old", action_id, value)]))
    before = len(vic.private())
    assert (await show.sender.press(vic.user, card, text="Old")).trouble is None

    def told() -> str | None:
        return as_text(vic.latest) if len(vic.private()) > before else None

    assert no in await show.workspace.until(told)


async def test_what_was_done_in_a_call_is_on_the_card_of_those_who_may_read_it(show: Show) -> None:
    await has_a_case(show)
    mira, vic = Moderator(show), Moderator(show, "viewer")
    assert "insults" in await mira.types(f"show {ROOM}")
    assert "insults" not in await vic.types(f"show {ROOM}")


LEADS_ONLY = {"End call", "Kick everyone"}
ACTS = {"Mute", "Kick", "Mute everyone", "Start recording", "All actions…", "Lock", "Recordings"}
LOOKS = {"Open", "Refresh", "Quality", "Members", "Back to the list", "All vendors"}


@pytest.mark.parametrize("words", ["list", f"show {ROOM}"])
async def test_buttons_follow_the_reader(show: Show, words: str) -> None:
    found = {}
    for who in ("viewer", "moderator", "lead"):
        reader = Moderator(show, who)
        await reader.types(words)
        found[who] = labels(reader.latest)
    assert not found["viewer"] & (ACTS | LEADS_ONLY)
    assert found["viewer"] & LOOKS
    assert found["moderator"] & ACTS
    assert not found["moderator"] & LEADS_ONLY
    assert "End call" in found["lead"]


async def test_who_is_protected_has_a_menu_for_admins_only(tmp_path: Path, show_url: str) -> None:
    rules = """
[people]
leads = ["ULEO"]
admins = ["UVIC"]
[protected]
people = ["kofi"]
"""
    async with open_show(tmp_path, database_url=show_url, rules=rules) as show:
        menus = {}
        for who in ("lead", "viewer"):
            reader = Moderator(show, who)
            await reader.types(f"show {ROOM}")
            rows = {
                name: block
                for block in reader.latest.blocks
                for name in ("Kofi", "Amina")
                if name in str(block.get("text", ""))
            }
            menus[who] = {name for name, block in rows.items() if "accessory" in block}
            assert ("protected" in str(rows["Kofi"])) is (who == "lead")
        assert menus == {"lead": {"Amina"}, "viewer": {"Kofi", "Amina"}}


async def test_buttons_in_home_follow_the_reader(show: Show) -> None:
    homes = show.workspace.modals.homes
    found = {}
    for who in ("viewer", "moderator", "lead"):
        user = getattr(show.stage.cast, who)
        await show.sender.app_home_opened(user)
        await show.workspace.until(partial(homes.get, user.id))
        found[who] = labels(homes[user.id])
    assert not found["viewer"] & (ACTS | LEADS_ONLY)
    assert found["moderator"] & ACTS
    assert not found["moderator"] & LEADS_ONLY
    assert "End call" in found["lead"]


async def test_a_form_offers_the_verbs_its_reader_may_do(show: Show) -> None:
    for who, ends in (("moderator", False), ("lead", True)):
        reader = Moderator(show, who)
        await show.sender.shortcut(reader.user, MODERATE)
        form = await reader.form()
        assert "Kick" in labels(form)
        assert ("End call" in labels(form)) is ends


@pytest.mark.parametrize("words", ["kick", "end", "record"])
async def test_no_form_opens_for_what_its_reader_may_do_nowhere(show: Show, words: str) -> None:
    vic = Moderator(show, "viewer")
    delivery = await show.sender.command(vic.user, show.stage.cast.ops, words)
    assert delivery.trouble is None
    assert "Not done" in as_text(await vic.form())
    entries = await show.store.audit(AuditQuery(by=vic.user.id))
    assert len(entries) == 1


async def test_the_shortcut_tells_a_viewer_who_may_act(show: Show) -> None:
    vic = Moderator(show, "viewer")
    await show.sender.shortcut(vic.user, MODERATE)
    assert "moderator" in as_text(await vic.form())


async def test_a_refusal_names_who_may_and_shows_the_file_to_admins_only(
    tmp_path: Path, show_url: str
) -> None:
    rules = '[people]\nmoderators = ["UMIRA", "S0MODS"]\nleads = ["ULEO"]\nadmins = ["ULEO"]\n'
    async with open_show(tmp_path, database_url=show_url, rules=rules) as show:
        told = await Moderator(show, "viewer").types(f"kick {ROOM} @Kofi spam")
        assert "Only moderators can kick." in told
        assert "Moderators: @UMIRA, @S0MODS" in told
        assert "callwarden.toml" not in told
        assert "<@UMIRA>, <!subteam^S0MODS>" in str(Moderator(show, "viewer").latest.blocks)
        told = await Moderator(show).types(f"end {ROOM} raid")
        assert "Leads: @ULEO" in told


async def test_while_there_is_no_admin_everybody_reads_what_to_write(show: Show) -> None:
    told = await Moderator(show, "viewer").types(f"kick {ROOM} @Kofi spam")
    assert 'Add "UVIC" to moderators under [people] in callwarden.toml' in told
    assert show.workspace.ephemerals["UVIC"][-1].blocks[-1]["type"] == "context"


async def test_a_case_offers_to_try_again_only_to_who_may(tmp_path: Path, show_url: str) -> None:
    rules = '[people]\nmoderators = ["UMIRA"]\n[reading]\naudit = "viewer"\n'
    async with open_show(tmp_path, database_url=show_url, rules=rules) as show:
        mira, vic = Moderator(show), Moderator(show, "viewer")
        show.stage.world.stream.faults.error(400, on="/kick")
        await mira.types(f"kick {ROOM} @Kofi insults")
        await mira.sees("Could not kick", "[Try again]")
        assert "[Try again]" in await mira.types("case 1")
        told = await vic.types("case 1")
        assert "Kofi" in told
        assert "Try again" not in told


async def test_words_that_could_not_be_read_are_offered_again_only_to_who_may(show: Show) -> None:
    faults = show.stage.world.stream.faults
    for who, offered in (("viewer", False), ("moderator", True)):
        show.services.moderation.forget_people(Vendor.STREAM, SUPPORT.id)
        faults.error(503, on="/participants", times=None)
        reader = Moderator(show, who)
        await show.sender.command(reader.user, show.stage.cast.ops, f"kick {ROOM} kofi spam")
        told = await reader.sees("Nothing was done.")
        assert ("[Try again]" in told) is offered
