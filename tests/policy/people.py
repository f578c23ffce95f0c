"""The people and the rules of the policy's tests."""

from bot.policy import Rules
from bot.policy.rules import People

MOD, LEAD, ADMIN, PLAIN = "U0MOD", "U0LEAD", "U0ADMIN", "U0PLAIN"

PEOPLE = People(moderators=(MOD, "S0MODS"), leads=(LEAD,), admins=(ADMIN,))

RULES = Rules(people=PEOPLE, file="callwarden.toml")


def rules(**sections: object) -> Rules:
    return RULES.model_copy(update=sections)
