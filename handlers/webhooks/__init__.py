"""What the vendors tell unasked: each vendor's events verified, put in our terms and handed on."""

from handlers.webhooks.routes import Trust, webhook_routes

__all__ = ["Trust", "webhook_routes"]
