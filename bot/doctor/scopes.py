"""What the app asks Slack for; `manifest.yml` says the same, and a test holds them together."""

from collections.abc import Mapping

REQUIRED: Mapping[str, str] = {
    "commands": "no command arrives",
    "chat:write": "the moderation channel gets no lines",
    "users:read": "nobody is known, so everybody is refused",
}
"""Scopes without which the bot does not work, and what then happens."""

OPTIONAL: Mapping[str, str] = {
    "im:write": "whoever set up a digest is not told when its channel is gone",
    "usergroups:read": "roles by user group give nobody a role",
    "channels:history": "after a crash a line or digest in a public channel may be posted twice",
    "groups:history": "after a crash a line or digest in a private channel may be posted twice",
    "channels:read": "that a public channel takes no digest is seen only when one is posted",
    "groups:read": "that a private channel takes no digest is seen only when one is posted, and "
    "nobody is kept from choosing one that they are not in",
}
"""Scopes that may be left out, and what is lost then."""
