"""The service of a show over other vendors, for the same people."""

from bot.demo.stage import Show
from bot.moderation.live_calls import LiveCalls
from bot.moderation.resolver import TargetResolver
from bot.moderation.service import ModerationService
from bot.store import SqlStore


def service_over(
    show: Show, live_calls: LiveCalls, store: SqlStore | None = None
) -> ModerationService:
    """A service that sees `live_calls`; its cases are in `store`, else where the show has them."""
    app, kept = show.app, store or show.store
    return ModerationService(
        live_calls,
        TargetResolver(live_calls, kept),
        app.policy,
        kept,
        app.executor,
        app.authorizer,
        show.services.tasks,
    )
