"""The Web API refuses what Slack refuses, and changes nothing when it does."""

from typing import Any

import httpx
import pytest

from bot.demo.slack import Workspace
from bot.demo.slack.people import Channel
from tests.demo_slack.any_blocks import actions, button, chart, home, modal, plain, section
from tests.demo_slack.conftest import Api, Town
from tests.fakes.clock import ManualClock

Json = dict[str, Any]


@pytest.fixture
def general(town: Town) -> Channel:
    return town.general


async def test_a_message_is_posted_edited_read_back_and_deleted(
    api: Api, world: Workspace, general: Channel
) -> None:
    metadata = {"event_type": "case", "event_payload": {"key": "k1"}}
    posted = await api("chat.postMessage", channel=general.id, text="one", metadata=metadata)
    ts = posted["ts"]
    await api("chat.update", channel=general.id, ts=ts, text="two", blocks=[section("two")])
    told = await api("conversations.history", channel=general.id, include_all_metadata=True)
    assert [(m["text"], m["metadata"]) for m in told["messages"]] == [("two", metadata)]
    assert told["messages"][0]["edited"]["user"] == world.bot.id
    without = await api("conversations.history", channel=general.id)
    assert "metadata" not in without["messages"][0]
    await api("chat.delete", channel=general.id, ts=ts)
    assert world.messages[general.id] == []
    assert [call.method for call in world.calls][:2] == ["chat.postMessage", "chat.update"]


async def test_ts_is_unique_and_rises_while_the_clock_stands_still(
    api: Api, general: Channel
) -> None:
    stamps = [
        (await api("chat.postMessage", channel=general.id, text="x"))["ts"] for _ in range(20)
    ]
    assert stamps == sorted(set(stamps))


async def test_an_edit_keeps_blocks_that_are_not_sent(
    api: Api, world: Workspace, general: Channel
) -> None:
    posted = await api("chat.postMessage", channel=general.id, blocks=[section("kept")])
    await api("chat.update", channel=general.id, ts=posted["ts"], text="new words")
    [message] = world.messages[general.id]
    assert message.blocks[0]["text"]["text"] == "kept"
    await api("chat.update", channel=general.id, ts=posted["ts"], text="bare", blocks=[])
    assert message.blocks == []


async def test_history_comes_in_pages_newest_first_and_without_threads(
    api: Api, world: Workspace, general: Channel
) -> None:
    first, *_ = [world.post(general.id, f"m{number}", []) for number in range(4)]
    world.post(general.id, "reply", [], thread_ts=first.ts)
    page = await api("conversations.history", channel=general.id, limit=2)
    assert [m["text"] for m in page["messages"]] == ["m3", "m2"]
    rest = await api(
        "conversations.history",
        channel=general.id,
        limit=2,
        cursor=page["response_metadata"]["next_cursor"],
    )
    assert ([m["text"] for m in rest["messages"]], rest["has_more"]) == (["m1", "m0"], False)
    since = await api("conversations.history", channel=general.id, oldest=first.ts)
    assert first.ts not in [m["ts"] for m in since["messages"]]


async def test_a_thread_is_read_back_oldest_first_with_its_metadata(
    api: Api, world: Workspace, general: Channel
) -> None:
    root = world.post(general.id, "root", [])
    world.post(general.id, "another", [])
    metadata = {"event_type": "case", "event_payload": {"key": "k1"}}
    for number in range(3):
        world.post(general.id, f"r{number}", [], thread_ts=root.ts, metadata=metadata)
    page = await api("conversations.replies", channel=general.id, ts=root.ts, limit=2)
    assert ([m["text"] for m in page["messages"]], page["has_more"]) == (["root", "r0"], True)
    rest = await api(
        "conversations.replies",
        channel=general.id,
        ts=root.ts,
        include_all_metadata=True,
        cursor=page["response_metadata"]["next_cursor"],
    )
    assert [(m["text"], m["metadata"]) for m in rest["messages"][1:]] == [("r2", metadata)]
    nothing = await api("conversations.replies", channel=general.id, ts="1.0")
    assert nothing["error"] == "thread_not_found"


async def test_arguments_come_as_json_or_as_a_form_with_json_in_it(
    api: Api, world: Workspace, general: Channel
) -> None:
    form = {"channel": general.id, "blocks": '[{"type":"divider"}]'}
    token = {"token": world.credentials.token}
    for headers, more in ((api.bearer(), {}), ({}, token)):
        answer = await api.client.post(
            "/api/chat.postMessage", data={**form, **more}, headers=headers
        )
        assert answer.json()["ok"] is True
    assert [m.blocks[0]["type"] for m in world.messages[general.id]] == ["divider"] * 2
    assert all("token" not in call.args for call in world.calls)


async def test_a_wrong_token_is_refused(api: Api) -> None:
    assert (await api("auth.test", token="xoxb-other"))["error"] == "invalid_auth"
    assert (await api.client.post("/api/auth.test")).json()["error"] == "not_authed"


NEEDS = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.delete": "chat:write",
    "conversations.history": "channels:history",
    "conversations.info": "channels:read",
    "conversations.members": "channels:read",
    "conversations.open": "im:write",
    "conversations.replies": "channels:history",
    "users.info": "users:read",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
}


@pytest.mark.parametrize(("method", "scope"), NEEDS.items())
async def test_a_method_needs_its_scope(
    api: Api, world: Workspace, general: Channel, method: str, scope: str
) -> None:
    world.credentials.scopes = frozenset({"commands"})
    answer = await api(method, channel=general.id)
    assert (answer["error"], answer["needed"], answer["provided"]) == (
        "missing_scope",
        scope,
        "commands",
    )


async def test_a_private_channel_is_read_with_a_scope_of_its_own(
    api: Api, world: Workspace
) -> None:
    room = world.add_channel("room", private=True)
    world.credentials.scopes -= {"groups:history"}
    answer = await api("conversations.history", channel=room.id)
    assert answer["needed"] == "groups:history"


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "chat.postEphemeral"])
async def test_the_bot_writes_only_where_it_is(api: Api, town: Town, method: str) -> None:
    places = {
        "channel_not_found": "CNOWHERE",
        "not_in_channel": town.world.add_channel("away", with_bot=False).id,
        "is_archived": town.world.add_channel("old").id,
    }
    town.world.channels[places["is_archived"]].archived = True
    hidden = town.world.add_channel("hidden", private=True, with_bot=False).id
    for error, place in (*places.items(), ("channel_not_found", hidden)):
        answer = await api(method, channel=place, user=town.ada.id, ts="1.0", text="x")
        assert answer["error"] == error


async def test_an_ephemeral_needs_its_reader_in_the_channel_and_cannot_be_edited(
    api: Api, town: Town
) -> None:
    room = town.world.add_channel("room")
    refused = await api("chat.postEphemeral", channel=room.id, user=town.ada.id, text="x")
    assert refused["error"] == "user_not_in_channel"
    sent = await api("chat.postEphemeral", channel=town.general.id, user=town.ada.id, text="x")
    edit = await api("chat.update", channel=town.general.id, ts=sent["message_ts"], text="y")
    assert edit["error"] == "message_not_found"
    assert [each.text for each in town.world.ephemerals[town.ada.id]] == ["x"]


async def test_only_the_bots_own_messages_can_be_changed(api: Api, town: Town) -> None:
    theirs = town.world.post(town.general.id, "mine", [], user=town.ada.id)
    where = {"channel": town.general.id, "ts": theirs.ts}
    assert (await api("chat.update", **where, text="y"))["error"] == "cant_update_message"
    assert (await api("chat.delete", **where))["error"] == "cant_delete_message"


async def test_a_message_says_something(api: Api, general: Channel) -> None:
    assert (await api("chat.postMessage", channel=general.id))["error"] == "no_text"
    bad = await api("chat.postMessage", channel=general.id, text="x", metadata={"key": "k"})
    assert bad["error"] == "invalid_metadata_schema"
    unread = await api("chat.postMessage", channel=general.id, blocks="[{")
    assert unread["error"] == "invalid_blocks_format"


async def test_bad_blocks_are_refused_with_a_pointer_and_nothing_is_posted(
    api: Api, world: Workspace, general: Channel
) -> None:
    blocks = [section(), actions(button(text=plain("x" * 76)))]
    answer = await api("chat.postMessage", channel=general.id, blocks=blocks)
    pointer = "[json-pointer:/blocks/1/elements/0/text/text]"
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        f"[ERROR] must be less than 76 characters {pointer}"
    ]
    assert world.messages == {}


async def test_a_workspace_that_refuses_charts_shows_them_no_more(
    api: Api, world: Workspace, general: Channel
) -> None:
    assert (await api("chat.postMessage", channel=general.id, blocks=[chart()]))["ok"]
    world.switches.charts = False
    answer = await api("chat.postMessage", channel=general.id, blocks=[chart()])
    assert answer["error"] == "invalid_blocks"


async def test_people_are_told_apart(api: Api, town: Town) -> None:
    one = town.world.add_user("One", single_channel_guest=True)
    gone = town.world.add_user("Gone", deleted=True)

    async def about(user: str) -> Json:
        answer: Json = (await api("users.info", user=user))["user"]
        return answer

    assert (await about(town.guest.id))["is_restricted"] is True
    assert (await about(one.id))["is_ultra_restricted"] is True
    assert (await about(gone.id))["deleted"] is True
    assert (await about(town.world.bot.id))["is_bot"] is True
    stranger = await about(town.stranger.id)
    assert (stranger["is_stranger"], stranger["team_id"] == town.world.team) == (True, False)
    assert (await api("users.info", user="UNOBODY"))["error"] == "user_not_found"


async def test_a_free_plan_has_no_groups(api: Api, town: Town) -> None:
    group = town.world.add_group("leads", town.ada)
    answer = await api("usergroups.users.list", usergroup=group.id)
    assert answer["users"] == [town.ada.id]
    assert (await api("usergroups.users.list", usergroup="S0"))["error"] == "no_such_subteam"
    assert len((await api("usergroups.list"))["usergroups"]) == 1
    town.world.switches.free_plan = True
    for method in ("usergroups.users.list", "usergroups.list"):
        answer = await api(method, usergroup=group.id)
        assert answer["error"] == "plan_upgrade_required"


async def test_a_direct_message_is_opened_by_a_users_id(api: Api, town: Town) -> None:
    town.world.credentials.scopes |= {"im:read"}
    opened = await api("conversations.open", users=town.ada.id)
    posted = await api("chat.postMessage", channel=town.ada.id, text="hello")
    assert posted["channel"] == opened["channel"]["id"]
    info = await api("conversations.info", channel=posted["channel"])
    assert (info["channel"]["is_im"], info["channel"]["user"]) == (True, town.ada.id)


async def test_a_trigger_opens_one_modal_within_three_seconds(
    api: Api, town: Town, clock: ManualClock
) -> None:
    used, late = (town.world.tickets.trigger(town.ada.id) for _ in range(2))
    assert (await api("views.open", trigger_id=used, view=modal(section())))["ok"]
    again = await api("views.open", trigger_id=used, view=modal(section()))
    assert again["error"] == "exchanged_trigger_id"
    clock.advance(3.1)
    answer = await api("views.open", trigger_id=late, view=modal(section()))
    assert answer["error"] == "expired_trigger_id"
    unknown = await api("views.open", trigger_id="1.2.3", view=modal(section()))
    assert unknown["error"] == "invalid_trigger_id"


async def test_a_refused_modal_does_not_use_up_its_trigger(api: Api, town: Town) -> None:
    trigger = town.world.tickets.trigger(town.ada.id)
    bad = await api("views.open", trigger_id=trigger, view=modal(title=plain("x" * 25)))
    assert bad["error"] == "invalid_arguments"
    assert "/view/title/text" in bad["response_metadata"]["messages"][0]
    assert (await api("views.open", trigger_id=trigger, view=modal()))["ok"]


async def test_modals_stand_three_high(api: Api, town: Town) -> None:
    def trigger() -> str:
        return town.world.tickets.trigger(town.ada.id)

    nothing = await api("views.push", trigger_id=trigger(), view=modal())
    assert nothing["error"] == "not_found"
    first = await api("views.open", trigger_id=trigger(), view=modal())
    for _ in range(2):
        pushed = await api("views.push", trigger_id=trigger(), view=modal())
        assert pushed["view"]["root_view_id"] == first["view"]["id"]
    fourth = await api("views.push", trigger_id=trigger(), view=modal())
    assert fourth["error"] == "push_limit_reached"
    assert len(town.world.modals.stack(town.ada.id)) == 3


async def test_a_stale_hash_does_not_overwrite(api: Api, town: Town) -> None:
    trigger = town.world.tickets.trigger(town.ada.id)
    view = (await api("views.open", trigger_id=trigger, view=modal()))["view"]
    newer = await api("views.update", view_id=view["id"], hash=view["hash"], view=modal())
    assert newer["view"]["hash"] != view["hash"]
    stale = await api("views.update", view_id=view["id"], hash=view["hash"], view=modal())
    assert stale["error"] == "hash_conflict"
    missing = await api("views.update", view_id="V0", view=modal())
    assert missing["error"] == "not_found"


async def test_a_home_tab_is_published_and_guarded(api: Api, town: Town) -> None:
    publish: Json = {"user_id": town.ada.id, "view": home(section("one"))}
    old = (await api("views.publish", **publish))["view"]["hash"]
    await api("views.publish", **publish)
    assert (await api("views.publish", **publish, hash=old))["error"] == "hash_conflict"
    assert town.world.modals.homes[town.ada.id].blocks[0]["text"]["text"] == "one"
    wrong = await api("views.publish", user_id=town.ada.id, view=modal())
    assert wrong["error"] == "invalid_arguments"


async def test_an_unknown_method_is_named(api: Api) -> None:
    answer = await api("calls.add")
    assert (answer["error"], answer["req_method"]) == ("unknown_method", "calls.add")


async def test_faults_hit_the_method_they_are_meant_for(
    api: Api, town: Town, clock: ManualClock
) -> None:
    faults, args = town.server.faults, {"channel": town.general.id, "text": "x"}
    faults.limit(7, on="chat.postMessage")
    post: Json = {"url": "/api/chat.postMessage", "json": args, "headers": api.bearer()}
    limited = await api.client.post(**post)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
    assert (await api("auth.test"))["ok"]
    faults.error(500, on="chat.postMessage")
    assert (await api.client.post(**post)).status_code == 500
    assert town.world.messages == {}
    faults.slow(2.0, on="chat.postMessage")
    assert (await api("chat.postMessage", **args))["ok"]
    assert clock.slept == [2.0]


async def test_an_answer_can_be_lost_after_the_effect(api: Api, town: Town) -> None:
    town.server.faults.drop(after=True, on="chat.postMessage")
    with pytest.raises(httpx.RemoteProtocolError):
        await api("chat.postMessage", channel=town.general.id, text="x")
    assert [each.text for each in town.world.messages[town.general.id]] == ["x"]


@pytest.mark.parametrize(("body", "error"), [(b"{", "invalid_json"), (b"[]", "json_not_object")])
async def test_a_body_that_is_no_object_is_refused(api: Api, body: bytes, error: str) -> None:
    headers = {**api.bearer(), "content-type": "application/json"}
    answer = await api.client.post("/api/auth.test", content=body, headers=headers)
    assert answer.json()["error"] == error


async def test_missing_and_made_up_arguments_are_refused(api: Api, general: Channel) -> None:
    assert (await api("users.info"))["error"] == "invalid_arguments"
    assert (await api("views.open", trigger_id="1.2.3"))["error"] == "invalid_arguments"
    odd = await api("conversations.history", channel=general.id, cursor="next")
    assert odd["error"] == "invalid_cursor"
    nobody = await api("views.publish", user_id="UNOBODY", view=home())
    assert nobody["error"] == "invalid_user_id"
    assert (await api("chat.postMessage", channel="UNOBODY", text="x"))["error"] == (
        "channel_not_found"
    )


async def test_a_text_is_cut_when_posted_and_refused_when_edited(
    api: Api, world: Workspace, general: Channel
) -> None:
    posted = await api("chat.postMessage", channel=general.id, text="x" * 40_001)
    assert len(world.messages[general.id][0].text) == 40_000
    edit = await api("chat.update", channel=general.id, ts=posted["ts"], text="x" * 40_001)
    assert edit["error"] == "msg_too_long"


async def test_history_can_include_its_ends(api: Api, world: Workspace, general: Channel) -> None:
    first, second = [world.post(general.id, name, []) for name in ("one", "two")]
    told = await api(
        "conversations.history",
        channel=general.id,
        oldest=first.ts,
        latest=second.ts,
        inclusive=True,
    )
    assert [each["text"] for each in told["messages"]] == ["two", "one"]
