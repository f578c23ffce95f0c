"""Slack's errors after which no message can be posted to a channel until somebody mends it.

From the errors of chat.postMessage (docs.slack.dev, reference/methods/chat.postMessage). Those
about one message, and those that pass by themselves, are not among them. A channel that was deleted
answers as one that is private and that the bot is not in: Slack does not tell them apart.
"""

from collections.abc import Mapping
from typing import NamedTuple


class ChannelProblem(NamedTuple):
    """A reason why a channel takes no messages, worded to follow its name; and what mends it."""

    says: str
    mend: str


TRY_NOW = "“Try now” on an admin's Home tries at once, and so does a restart."
"""What whoever has mended a channel can do, rather than wait for the next try."""

_ANOTHER = "another `moderation_channel` in callwarden.toml"
_POLICY = "Ask whoever looks after the workspace to let the app post there."
_REINSTALL = "Install the app again, set SLACK_BOT_TOKEN to its new token and restart Callwarden."
_BOUND = "Somebody has to let the app into the workspace again; `callwarden doctor` says more."
_RESTRICTED = ChannelProblem("lets only some people post, and the bot is none of them", _POLICY)
_SIGNED_OUT = ChannelProblem("takes no messages: the bot's token is not valid any more", _REINSTALL)
_SHUT_OUT = ChannelProblem("takes no messages: the app is shut out of the workspace", _BOUND)

SHARED = "shared"
"""Our own code: another workspace reads the channel, and callwarden.toml does not allow that."""

UNAVAILABLE: Mapping[str, ChannelProblem] = {
    "channel_not_found": ChannelProblem(
        "is not there for the bot: it was deleted, or it is private and the bot is not in it",
        f"Type /invite and the bot's name in it, or set {_ANOTHER}.",
    ),
    "is_archived": ChannelProblem("is archived", f"Unarchive it, or set {_ANOTHER}."),
    "not_in_channel": ChannelProblem(
        "does not have the bot in it", "Type /invite and the bot's name there."
    ),
    "channel_type_not_supported": ChannelProblem(
        "is of a kind in which apps cannot post", f"Set {_ANOTHER}."
    ),
    "restricted_action": _RESTRICTED,
    "restricted_action_read_only_channel": ChannelProblem("is read-only", _POLICY),
    "restricted_action_thread_only_channel": ChannelProblem(
        "takes only answers in threads", _POLICY
    ),
    **dict.fromkeys(
        (
            "access_denied",
            "no_permission",
            "posting_to_general_channel_denied",
            "user_is_restricted",
        ),
        _RESTRICTED,
    ),
    "ekm_access_denied": ChannelProblem(
        "takes no messages: administrators have suspended posting", _POLICY
    ),
    "message_limit_exceeded": ChannelProblem(
        "takes no messages: people of this workspace have sent too many",
        "Wait, or ask whoever looks after the workspace.",
    ),
    "missing_scope": ChannelProblem(
        "takes no messages: the app lacks the scope chat:write",
        "Add it, and install the app again.",
    ),
    **dict.fromkeys(
        (
            "account_inactive",
            "invalid_auth",
            "not_allowed_token_type",
            "not_authed",
            "token_expired",
            "token_revoked",
        ),
        _SIGNED_OUT,
    ),
    **dict.fromkeys(
        (
            "accesslimited",
            "app_access_restricted",
            "enterprise_is_restricted",
            "org_login_required",
            "team_access_not_granted",
            "team_added_to_org",
            "two_factor_setup_required",
        ),
        _SHUT_OUT,
    ),
    SHARED: ChannelProblem(
        "is shared with another workspace, so no lines of cases are posted there",
        "To allow it, add it to `shared_channels` under `[slack]` in callwarden.toml and restart "
        "Callwarden; or set another `moderation_channel`.",
    ),
}
"""Each error code, with what it means."""

DIGEST_UNAVAILABLE: Mapping[str, str] = {
    "channel_not_found": (
        "Slack knows no such channel, or it is private and the bot is not in it. Type "
        "`/invite @Callwarden` there, or choose another channel."
    ),
    "is_archived": "The channel is archived. Unarchive it, or choose another channel.",
    "not_in_channel": (
        "The bot is not in the channel. Type `/invite @Callwarden` there, or choose another one."
    ),
    "restricted_action": (
        "Only some people may write in the channel, and the bot is none of them. Ask whoever looks "
        "after the workspace, or choose another channel."
    ),
    "restricted_action_read_only_channel": (
        "The channel is read-only. Let the bot write in it, or choose another channel."
    ),
    "restricted_action_thread_only_channel": (
        "The bot may only answer in threads there. Let it write in the channel, or choose another."
    ),
}
"""Slack's errors after which no digest can be posted there, and what its owner can do."""

UNREACHABLE: Mapping[str, str] = {
    code: f"Slack answered {code}"
    for code in (
        "account_inactive",
        "cannot_dm_bot",
        "channel_not_found",
        "missing_scope",
        "user_disabled",
        "user_not_found",
        "users_not_found",
    )
}
"""Slack's errors after which an owner cannot be written to (conversations.open, postMessage)."""


def problem_of(error: str) -> ChannelProblem:
    """The problem that Slack's error code stands for; any other code is shown as it is."""
    unknown = ChannelProblem(f"takes no messages ({error})", "`callwarden doctor` says more.")
    return UNAVAILABLE.get(error, unknown)
