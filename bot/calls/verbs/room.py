"""Verbs aimed at the call as a room."""

from bot.calls.actors import Role
from bot.calls.models import Call
from bot.calls.verbs.verb import Aim, Answers, Heading, Line, Verb, Weight


class Lock(Verb):
    """Let nobody new in."""

    name = "lock"
    words = ("lock",)
    heading = Heading.ROOM
    label = "Lock"
    do = "Lock"
    doing = "locking"
    done = "locked"
    aim = Aim.CALL
    weight = Weight.HEAVY
    repeatable = True
    summary = "Let nobody new into the call."
    warning = "Nobody new can join until it is unlocked."
    example = "lock K7QX raid from a link"

    def inverse(self) -> Verb:
        """Unlock, which lets people in again."""
        return Unlock()

    def pointless(self, call: Call) -> bool:
        """Whether the call is locked already."""
        return call.locked is True


class Unlock(Verb):
    """Let people in again."""

    name = "unlock"
    words = ("unlock",)
    heading = Heading.ROOM
    label = "Unlock"
    do = "Unlock"
    doing = "unlocking"
    done = "unlocked"
    aim = Aim.CALL
    repeatable = True
    summary = "Let people into a locked call again."
    warning = "Everyone who was allowed to join can join again."
    example = "unlock K7QX raid is over"

    def inverse(self) -> Verb:
        """Lock, which keeps people out again."""
        return Lock()

    def pointless(self, call: Call) -> bool:
        """Whether the call is not seen to be locked."""
        return not call.locked


class End(Verb):
    """End the call for everyone."""

    name = "end"
    words = ("end",)
    heading = Heading.ROOM
    label = "End call"
    do = "End"
    doing = "ending"
    done = "ended"
    aim = Aim.CALL
    dangerous = True
    weight = Weight.HEAVY
    repeatable = True
    least = Role.LEAD
    summary = "End the call for everyone in it."
    warning = "Everyone is disconnected at once. This cannot be undone."
    example = "end K7QX raid"


class GoLive(Verb):
    """Open the call to its audience."""

    name = "go_live"
    words = ("stage", "live")
    heading = Heading.ROOM
    label = "Go live"
    do = "Go live with"
    doing = "going live with"
    done = "went live with"
    aim = Aim.CALL
    dangerous = True
    repeatable = True
    summary = "Take the call out of backstage: the audience comes in."
    warning = "Everyone who may watch can join at once."
    example = "stage K7QX live"

    def inverse(self) -> Verb:
        """GoBack, which sends the audience out."""
        return GoBack()

    def pointless(self, call: Call) -> bool:
        """Whether the call is not seen to be backstage."""
        return not call.backstage


class GoBack(Verb):
    """Close the call to its audience; everything it sends out stops."""

    name = "go_back"
    words = ("stage", "back")
    heading = Heading.ROOM
    label = "Go backstage"
    do = "Go backstage with"
    doing = "going backstage with"
    done = "went backstage with"
    aim = Aim.CALL
    dangerous = True
    weight = Weight.HEAVY
    repeatable = True
    drawn = False
    counted = True
    summary = "Take the call backstage: the audience is out, streams and recordings stop."
    warning = "The audience is out at once; every stream, recording and transcription stops."
    example = "stage K7QX back wrong speaker on stage"

    def inverse(self) -> Verb:
        """GoLive, which lets the audience in again; what stopped stays stopped."""
        return GoLive()


class Ring(Verb):
    """Ring every member who is not in the call."""

    name = "ring"
    words = ("ring",)
    heading = Heading.ROOM
    label = "Call missing members"
    do = "Ring the missing members of"
    doing = "ringing the missing members of"
    done = "rang the missing members of"
    aim = Aim.CALL
    apart = True
    repeatable = False
    drawn = False
    summary = "Ring every member who is not in the call."
    warning = "Their phones ring now."
    example = "ring K7QX everyone is waiting"


class Say(Verb):
    """Send a custom event with a text into the call."""

    name = "say"
    words = ("say",)
    heading = Heading.ROOM
    label = "Send message"
    do = "Send a message into"
    doing = "sending a message into"
    done = "sent a message into"
    aim = Aim.CALL
    apart = True
    repeatable = False
    drawn = False
    summary = "Send a message into the call for your app to show."
    warning = "Everyone in the call may see it. Your app has to show such messages."
    example = "say K7QX We end in five minutes."

    text: Line


class Poll(Verb):
    """Ask everyone in the call a question."""

    name = "poll"
    words = ("poll",)
    heading = Heading.ROOM
    label = "Start poll"
    do = "Start a poll in"
    doing = "starting a poll in"
    done = "started a poll in"
    aim = Aim.CALL
    apart = True
    repeatable = False
    drawn = False
    summary = "Ask everyone in the call a question."
    warning = "Everyone in the call sees it."
    example = "poll K7QX Go on? | Yes | No"

    question: Line
    answers: Answers
