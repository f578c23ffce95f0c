"""A room and the people in it, as all three make-believe vendors keep them."""

from dataclasses import dataclass, field
from datetime import datetime

TRACKS = ("audio", "video", "screenshare", "screenshare_audio")
"""What somebody can send."""


class KeptOut(Exception):
    """The vendor does not let this person into this room."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who uses the app. `id` is the app's own id for them."""

    id: str
    name: str
    role: str = "user"


@dataclass
class RoomStay:
    """One connection of one person: who, since when, until when, and what they send."""

    visitor: Visitor
    presence: str
    joined_at: datetime
    left_at: datetime | None = None
    tracks: set[str] = field(default_factory=set)
    speaking: bool = False

    @property
    def here(self) -> bool:
        """Whether they are connected now."""
        return self.left_at is None

    def mute(self, tracks: set[str]) -> bool:
        """Stop sending these tracks; False when none of them was being sent."""
        muted = self.tracks & tracks
        self.tracks -= muted
        self.speaking = self.speaking and "audio" in self.tracks
        return bool(muted)


@dataclass
class Room:
    """A room with everybody who ever came."""

    id: str
    title: str
    created_at: datetime
    stays: list[RoomStay] = field(default_factory=list)

    def here(self) -> list[RoomStay]:
        """Who is connected now, in the order they came."""
        return [stay for stay in self.stays if stay.here]

    def marks(self) -> tuple[str, ...]:
        """What runs here now, in words, whatever its vendor calls it."""
        return ()

    def stay(self, person: str) -> RoomStay | None:
        """The connection somebody has now, by the app's id for them."""
        return next((stay for stay in self.here() if stay.visitor.id == person), None)

    def enter(self, visitor: Visitor, now: datetime) -> RoomStay:
        """Connect somebody, microphone and camera on; a second device is a second stay."""
        presence = f"{visitor.id}-{len(self.stays) + 1}"
        stay = RoomStay(visitor, presence, now, tracks={"audio", "video"})
        self.stays.append(stay)
        return stay

    def remove(self, person: str, now: datetime) -> bool:
        """Disconnect all devices of somebody; False when they were not here."""
        gone = [stay for stay in self.here() if stay.visitor.id == person]
        for stay in gone:
            stay.left_at = now
            stay.speaking = False
        return bool(gone)

    def mute(self, person: str, tracks: set[str]) -> bool:
        """Stop all devices of somebody from sending these; False when nothing changed."""
        changed = [stay.mute(tracks) for stay in self.here() if stay.visitor.id == person]
        return any(changed)
