"""Group acts: sent as documented, refused where there is no group, never told as more than said."""

import httpx
import pytest

from bot.calls.capabilities import Enforcement
from bot.calls.outcomes import Seen
from bot.calls.verbs import VERBS, GroupBan, GroupRemove, GroupUnban, Listed, Verb
from bot.demo.vendors import AppTransport, CometChatServer
from bot.demo.vendors.cometchat.state import Group
from bot.errors import (
    BreakerOpen,
    Impossible,
    NotAtVendor,
    VendorBusy,
    VendorGarbled,
    VendorRefused,
    VendorUnreachable,
)
from bot.providers.cometchat.provider import CometChatProvider
from bot.providers.cometchat.queries_groups import MOST_PAGES, PER_PAGE
from tests.providers import cometchat_setup
from tests.providers.cometchat_setup import GROUP, REF, ROOM, order

GROUP_ACTS = (GroupRemove, GroupBan, GroupUnban)


@pytest.mark.parametrize(
    ("verb", "method", "path"),
    [
        (GroupRemove(), "DELETE", "/chat/v3/groups/demo/members/ada"),
        (GroupBan(), "POST", "/chat/v3/groups/demo/bannedusers/ada"),
        (GroupUnban(), "DELETE", "/chat/v3/groups/demo/bannedusers/ada"),
    ],
)
async def test_a_group_act_goes_to_the_chat_api_without_a_body(
    server: CometChatServer, provider: CometChatProvider, verb: Verb, method: str, path: str
) -> None:
    server.groups[GROUP].banned.add("ada")
    await provider.acts.perform(order(verb, "ada"))
    read, sent = server.requests
    assert (read.method, read.path) == ("GET", f"/v3/calls/{ROOM}")
    assert (sent.method, sent.path, sent.query, sent.body) == (method, path, "", b"")


async def test_a_ban_changes_the_group_and_leaves_the_call_as_it_is(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    await provider.acts.perform(order(GroupBan(), "ada"))
    await provider.acts.perform(order(GroupBan(), "ada"))
    assert server.groups[GROUP].banned == {"ada"}
    assert server.groups[GROUP].members == {"carla"}
    assert [stay.visitor.id for stay in server.rooms[ROOM].here()] == ["ada"]
    assert [effect.verb for effect in server.effects] == ["group_ban"]
    await provider.acts.perform(order(GroupUnban(), "ada"))
    assert server.groups[GROUP].banned == set()


@pytest.mark.parametrize("verb", [verb() for verb in GROUP_ACTS])
@pytest.mark.parametrize("change", [{"receiver_type": "user"}, {"mode": "meet"}, {"receiver": ""}])
async def test_without_a_group_nothing_is_sent_and_the_words_say_why(
    server: CometChatServer, provider: CometChatProvider, verb: Verb, change: dict[str, str]
) -> None:
    for name, value in change.items():
        setattr(server.rooms[ROOM], name, value)
    with pytest.raises(Impossible, match="no chat group behind this call") as caught:
        await provider.acts.perform(order(verb, "ada"))
    assert caught.value.next_step
    assert [seen.method for seen in server.requests] == ["GET"]
    assert server.effects == []


async def test_a_call_that_cannot_be_read_leaves_no_doubt_that_nothing_was_sent(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    server.faults.malformed(on="/v3/calls")
    with pytest.raises(VendorUnreachable) as caught:
        await provider.acts.perform(order(GroupBan(), "ada"))
    assert caught.value.next_step.startswith("Nothing was done there.")
    assert [seen.method for seen in server.requests] == ["GET"]


@pytest.mark.parametrize("verb", [GroupRemove(), GroupUnban()])
async def test_somebody_whom_the_group_does_not_know_is_a_definite_no(
    provider: CometChatProvider, verb: Verb
) -> None:
    with pytest.raises(NotAtVendor) as caught:
        await provider.acts.perform(order(verb, "nobody"))
    assert caught.value.next_step == "They may not be in the group, or not banned from it."


@pytest.mark.parametrize("uid", ["..", ".", ""])
async def test_a_uid_that_leads_to_another_path_is_not_sent(
    server: CometChatServer, provider: CometChatProvider, uid: str
) -> None:
    with pytest.raises(NotAtVendor):
        await provider.acts.perform(order(GroupRemove(), uid))
    assert server.effects == []


async def test_an_odd_uid_is_one_step_of_the_path(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    await provider.acts.perform(order(GroupBan(), "a?b#c%"))
    assert server.groups[GROUP].banned == {"a?b#c%"}


async def test_an_effect_is_read_back_and_never_said_to_be_a_kick(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    server.groups[GROUP].members.add("ada")
    for verb in GROUP_ACTS:
        before = await provider.acts.observe(order(verb(), "ada"))
        assert before.seen is Seen.NOT_DONE
        capability = provider.capabilities[verb.name]
        assert capability.level is Enforcement.BEST_EFFORT
        assert "not documented" in capability.why
        receipt = await provider.acts.perform(order(verb(), "ada"))
        seen = await provider.acts.observe(order(verb(), "ada"))
        assert seen.seen is Seen.DONE
        assert "kicked" not in f"{receipt.evidence} {seen.evidence} {capability.why}".lower()


@pytest.mark.parametrize("verb", [verb() for verb in GROUP_ACTS])
@pytest.mark.parametrize("trouble", ["no group", "too long"])
async def test_what_the_lists_do_not_show_is_not_made_up(
    server: CometChatServer, provider: CometChatProvider, verb: Verb, trouble: str
) -> None:
    if trouble == "no group":
        server.rooms[ROOM].receiver_type = "user"
    else:
        many = {f"somebody-{number:05}" for number in range(PER_PAGE * MOST_PAGES + 1)}
        server.groups[GROUP] = Group(members=many, banned=many)
    assert (await provider.acts.observe(order(verb, "zoe"))).seen is Seen.UNKNOWABLE


async def test_the_lists_of_a_group_are_told_with_names(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    server.groups[GROUP].banned |= {"ada", "zoe"}
    banned = await provider.reports.listed(REF, Listed.BANNED)
    assert [(item.id, item.name) for item in banned.items] == [("ada", "Ada"), ("zoe", "zoe")]
    members = await provider.reports.listed(REF, Listed.MEMBERS)
    assert [item.id for item in members.items] == ["ada", "carla"]
    with pytest.raises(Impossible):
        await provider.reports.listed(REF, Listed.BLOCKED)


@pytest.mark.parametrize(
    ("change", "grouped"),
    [
        ({}, True),
        ({"receiver_type": "user"}, False),
        ({"mode": "meet"}, False),
    ],
)
async def test_a_call_says_whether_a_group_is_behind_it(
    server: CometChatServer, provider: CometChatProvider, change: dict[str, str], grouped: object
) -> None:
    for name, value in change.items():
        setattr(server.rooms[ROOM], name, value)
    assert (await provider.get(ROOM)).grouped is grouped
    (listed,) = (await provider.list_live(limit=5)).items
    assert listed.grouped is grouped


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [("kick", "group_remove"), ("block", "group_ban"), ("unblock", "group_unban")],
)
async def test_what_a_call_would_need_points_to_the_group(
    provider: CometChatProvider, wanted: str, nearest: str
) -> None:
    assert provider.capabilities[wanted].instead == nearest
    possible = [name for name in VERBS if provider.capabilities[name].possible]
    assert possible == [verb.name for verb in GROUP_ACTS]


async def test_trouble_of_the_chat_host_leaves_the_call_host_alone(
    server: CometChatServer,
) -> None:
    provider = cometchat_setup.client(server, transport=_chat_answers(server, b"", status=302))
    for _ in range(3):
        with pytest.raises(VendorGarbled):
            await provider.acts.perform(order(GroupBan(), "ada"))
    with pytest.raises(BreakerOpen):
        await provider.acts.perform(order(GroupBan(), "ada"))
    assert (await provider.get(ROOM)).people == 1


async def test_a_busy_chat_host_says_for_how_long(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    server.faults.limit(60, on="/chat/")
    with pytest.raises(VendorBusy) as caught:
        await provider.acts.perform(order(GroupRemove(), "ada"))
    assert caught.value.retry_after == 60


@pytest.mark.parametrize("body", [b"", b"{}", b'{"data":null}', b'{"data":{"success":true}}'])
async def test_any_2xx_that_does_not_say_no_is_a_yes(server: CometChatServer, body: bytes) -> None:
    provider = cometchat_setup.client(server, transport=_chat_answers(server, body))
    assert (await provider.acts.perform(order(GroupBan(), "ada"))).evidence


async def test_a_2xx_that_cannot_be_read_is_no_yes(server: CometChatServer) -> None:
    server.faults.html(on="/chat/")
    with pytest.raises(VendorGarbled):
        await cometchat_setup.client(server).acts.perform(order(GroupBan(), "ada"))


async def test_a_2xx_that_says_no_is_a_definite_no(server: CometChatServer) -> None:
    provider = cometchat_setup.client(
        server, transport=_chat_answers(server, b'{"data":{"success":false}}')
    )
    with pytest.raises(VendorRefused):
        await provider.acts.perform(order(GroupBan(), "ada"))


def _chat_answers(
    server: CometChatServer, body: bytes, *, status: int = 200
) -> httpx.AsyncBaseTransport:
    """The Chat API answers with this; the call API as it does."""
    calls = AppTransport(server.app)

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/chat/"):
            return httpx.Response(status, content=body)
        return await calls.handle_async_request(request)

    return httpx.MockTransport(answer)
