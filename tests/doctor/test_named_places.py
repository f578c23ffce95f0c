"""`callwarden doctor` on the people, user groups and channels that callwarden.toml names."""

from typing import Any

import pytest

from bot.doctor import Severity
from tests.doctor.surroundings import Surroundings, signs

pytestmark = pytest.mark.asyncio(loop_scope="module")


def naming(*ids: str) -> str:
    return f"[people]\nmoderators = [{', '.join(repr(id_) for id_ in ids)}]\n"


async def test_somebody_slack_does_not_know_is_to_be_taken_out(surroundings: Surroundings) -> None:
    surroundings.write(naming("U0NOBODY"))
    finding = await surroundings.wrong("People")
    assert finding.mend.startswith("Take U0NOBODY out of `moderators` under `[people]`")


@pytest.mark.parametrize(
    ("traits", "words"),
    [
        ({"guest": True}, "a guest"),
        ({"bot": True}, "a bot"),
        ({"deleted": True}, "deactivated"),
        ({"team": "T0ELSE"}, "of another workspace"),
    ],
)
async def test_somebody_who_is_refused_although_named_is_a_warning(
    surroundings: Surroundings, traits: dict[str, Any], words: str
) -> None:
    odd = surroundings.slack.add_user("Odd", **traits)
    surroundings.write(f'[vendors.stream]\nleads = ["{odd.id}"]\nmoderators = ["{odd.id}"]\n')
    finding = await surroundings.wrong("People", Severity.WARNING)
    assert words in finding.says
    assert "`leads` under `[vendors.stream]`" in finding.mend


async def test_a_group_with_people_in_it_is_well(surroundings: Surroundings) -> None:
    group = surroundings.slack.add_group("mods", surroundings.stage.cast.moderator)
    surroundings.write(naming(group.id))
    assert await signs(surroundings, "People") == [Severity.GOOD]


async def test_a_group_slack_does_not_know_is_to_be_taken_out(surroundings: Surroundings) -> None:
    surroundings.write(naming("S0NONE"))
    assert "name another group" in (await surroundings.wrong("People")).mend


async def test_a_group_with_nobody_in_it_is_a_warning(surroundings: Surroundings) -> None:
    surroundings.write(naming(surroundings.slack.add_group("empty").id))
    assert (
        "Put people into the group" in (await surroundings.wrong("People", Severity.WARNING)).mend
    )


async def test_groups_on_a_plan_without_them_are_a_warning(surroundings: Surroundings) -> None:
    group = surroundings.slack.add_group("mods", surroundings.stage.cast.moderator)
    surroundings.slack.switches.free_plan = True
    surroundings.write(naming(group.id))
    assert (
        "list the user ids instead" in (await surroundings.wrong("People", Severity.WARNING)).mend
    )


async def test_a_crowd_is_looked_up_only_in_part(surroundings: Surroundings) -> None:
    people = [surroundings.slack.add_user(f"P{number}").id for number in range(61)]
    surroundings.write(naming(*people))
    (finding,) = await surroundings.findings("People")
    assert finding.says == "Only the first 60 of 61 names were looked up."
    assert len(surroundings.slack.asked("users.info")) == 60


def telling(channel: str) -> str:
    return f'[slack]\nmoderation_channel = "{channel}"\n'


@pytest.mark.parametrize("visible", [True, False])
async def test_a_channel_slack_does_not_show_is_to_be_corrected(
    surroundings: Surroundings, visible: bool
) -> None:
    if visible:
        surroundings.slack.credentials.scopes |= {"channels:read"}
    surroundings.write(telling("C0NONE"))
    assert "callwarden.toml" in (await surroundings.wrong("Channels")).mend


@pytest.mark.parametrize("visible", [True, False])
async def test_a_bot_that_is_not_in_the_moderation_channel_is_to_be_invited(
    surroundings: Surroundings, visible: bool
) -> None:
    if visible:
        surroundings.slack.credentials.scopes |= {"channels:read"}
    surroundings.write(telling(surroundings.slack.add_channel("quiet", with_bot=False).id))
    assert "/invite" in (await surroundings.wrong("Channels")).mend


@pytest.mark.parametrize("how", ["shared", "invited"])
async def test_a_moderation_channel_another_workspace_reads_is_said_unless_it_is_allowed(
    surroundings: Surroundings, how: str
) -> None:
    surroundings.slack.credentials.scopes |= {"channels:read"}
    channel = surroundings.slack.add_channel(f"partners-{how}")
    setattr(channel, how, True)
    surroundings.write(telling(channel.id))
    assert f'add "{channel.id}" to `shared_channels`' in (await surroundings.wrong("Channels")).mend
    surroundings.write(telling(channel.id) + f'shared_channels = ["{channel.id}"]\n')
    assert await signs(surroundings, "Channels") == [Severity.GOOD]


async def test_an_archived_channel_takes_no_lines(surroundings: Surroundings) -> None:
    surroundings.slack.credentials.scopes |= {"channels:read"}
    channel = surroundings.slack.add_channel("old")
    channel.archived = True
    surroundings.write(telling(channel.id))
    assert "Unarchive it" in (await surroundings.wrong("Channels")).mend


async def test_what_shows_of_a_channel_depends_on_the_scopes(surroundings: Surroundings) -> None:
    surroundings.slack.credentials.scopes -= {"channels:read"}
    (finding,) = await surroundings.findings("Channels")
    assert "cannot be seen without the scope channels:read" in finding.says
    surroundings.slack.credentials.scopes |= {"channels:read"}
    (finding,) = await surroundings.findings("Channels")
    assert finding.says.endswith("is there, and the bot is in it.")
    surroundings.slack.credentials.scopes -= {"channels:read", "channels:history"}
    (finding,) = await surroundings.findings("Channels")
    assert (finding.sign, "missing_scope" in finding.says) == (Severity.NOTE, True)
