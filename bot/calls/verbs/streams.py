"""Verbs about where a call is shown live: HLS and RTMP."""

from pydantic import ValidationError

from bot.calls.models import Call
from bot.calls.verbs.verb import LONGEST_NAME, Aim, Heading, OutputName, TargetName, Verb


class LiveStart(Verb):
    """Start the HLS livestream of the call."""

    name = "live_start"
    words = ("live", "start")
    heading = Heading.MEDIA
    label = "Start livestream"
    do = "Start the livestream of"
    doing = "starting the livestream of"
    done = "started the livestream of"
    aim = Aim.CALL
    dangerous = True
    repeatable = False
    summary = "Start the HLS livestream of the call."
    warning = "Anyone with the playback address can watch."
    example = "live K7QX start"

    def inverse(self) -> Verb:
        """LiveStop, which ends the stream for every viewer."""
        return LiveStop()

    def pointless(self, call: Call) -> bool:
        """Whether the livestream runs already."""
        return call.broadcasting is True


class LiveStop(Verb):
    """Stop the HLS livestream; the call goes on."""

    name = "live_stop"
    words = ("live", "stop")
    heading = Heading.MEDIA
    label = "Stop livestream"
    do = "Stop the livestream of"
    doing = "stopping the livestream of"
    done = "stopped the livestream of"
    aim = Aim.CALL
    repeatable = True
    summary = "Stop the HLS livestream. The call goes on."
    warning = "Viewers are cut off at once."
    example = "live K7QX stop wrong screen shared"

    def inverse(self) -> Verb:
        """LiveStart, which begins a new stream."""
        return LiveStart()

    def pointless(self, call: Call) -> bool:
        """Whether no livestream is seen to run."""
        return not call.broadcasting


class RtmpStart(Verb):
    """Send the call to a named RTMP target of callwarden.toml."""

    name = "rtmp_start"
    words = ("rtmp", "start")
    heading = Heading.MEDIA
    label = "Start RTMP"
    do = "Start the RTMP output of"
    doing = "starting the RTMP output of"
    done = "started the RTMP output of"
    aim = Aim.CALL
    dangerous = True
    repeatable = False
    summary = "Send the call to an RTMP target named in callwarden.toml."
    warning = "The picture is public wherever the target shows it."
    example = "rtmp K7QX start youtube"

    to: TargetName

    def inverse(self) -> Verb:
        """RtmpStop of this one output."""
        return RtmpStop(to=self.to)


class RtmpStop(Verb):
    """Stop one RTMP output, also one that the app started."""

    name = "rtmp_stop"
    words = ("rtmp", "stop")
    heading = Heading.MEDIA
    label = "Stop RTMP"
    do = "Stop the RTMP output of"
    doing = "stopping the RTMP output of"
    done = "stopped the RTMP output of"
    aim = Aim.CALL
    repeatable = True
    summary = "Stop one RTMP output of the call, whoever started it."
    warning = "Viewers there are cut off at once."
    example = "rtmp K7QX stop youtube"

    to: OutputName

    @property
    def named(self) -> str:
        """The label with the name of the output it stops: several may run."""
        return f"{self.label} {self.to}"

    @classmethod
    def running(cls, call: Call) -> tuple[str, ...] | None:
        """The names of the outputs that run, where the vendor lists them and they can be typed."""
        if call.rtmp is None:
            return None
        return tuple(name for name in call.rtmp if 0 < len(name) <= LONGEST_NAME)

    def inverse(self) -> Verb | None:
        """RtmpStart, which begins a new output: only a target of callwarden.toml can be started."""
        try:
            return RtmpStart(to=self.to)
        except ValidationError:
            return None

    def pointless(self, call: Call) -> bool:
        """Whether no RTMP output is seen to run."""
        return not call.rtmp


class RtmpStopAll(Verb):
    """Stop every RTMP output, also those that the app started."""

    name = "rtmp_stop_all"
    words = ("rtmp", "stop", "all")
    heading = Heading.MEDIA
    label = "Stop all RTMP outputs"
    do = "Stop all RTMP outputs of"
    doing = "stopping all RTMP outputs of"
    done = "stopped all RTMP outputs of"
    aim = Aim.CALL
    repeatable = True
    drawn = False
    summary = "Stop every RTMP output of the call, whoever started it."
    warning = "Viewers of all of them are cut off at once."
    example = "rtmp K7QX stop all stolen stream key"

    def pointless(self, call: Call) -> bool:
        """Whether no RTMP output is seen to run."""
        return not call.rtmp
