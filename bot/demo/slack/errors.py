"""How the stand-in says no: Slack's own error codes, raised anywhere below the Web API."""

from typing import Any


class Refused(Exception):
    """Slack answers `{"ok": false, "error": code, **more}`; nothing was changed.

    `retry_after`: it is asked too often, and may be asked again in so many seconds (status 429).
    """

    def __init__(self, code: str, *, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after
        self.more = more

    def answer(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"ok": False, "error": self.code, **self.more}


class NotShown(LookupError):
    """A person cannot do that: what they would press or fill in is not in front of them."""
