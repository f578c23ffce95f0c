"""Judging by a Stream call itself whether what an act asks for is the case."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.calls.acts import Act
from bot.calls.outcomes import Observation, Seen
from bot.calls.recordings import still_running
from bot.calls.verbs import (
    CaptionsStart,
    CaptionsStop,
    End,
    GoBack,
    GoLive,
    LiveStart,
    LiveStop,
    Lock,
    RecordingKind,
    RecordStart,
    RecordStop,
    RtmpStart,
    RtmpStop,
    RtmpStopAll,
    TranscribeStart,
    TranscribeStop,
    Unblock,
    Unlock,
)
from bot.providers.stream.acts_prepare import limit_words
from bot.providers.stream.models import CallResponse, Egress
from bot.providers.stream.observe_people import LATER_RUN, on_blocked_list, verdict, wanted_first

_NOT_BEGUN = "It was never started, so there is nothing to check."


def _judge_unblock(act: Act, call: CallResponse) -> Observation:
    listed = on_blocked_list(act, call)
    free = None if listed is None else not listed
    return verdict(free, "They are not blocked.", "They are still blocked.")


def _judge_end(act: Act, call: CallResponse) -> Observation:
    if act.call.session and call.later_than(act.call.session):
        return Observation(seen=Seen.DONE, evidence=LATER_RUN)
    return verdict(call.ended is not None, "The call has ended.", "The call has not ended.")


def _output_judge(
    says: Callable[[Act, Egress], bool | None], what: str, *, wanted: bool
) -> Callable[[Act, CallResponse], Observation]:
    """A judge of something that leaves the call: whether it runs as `wanted`."""

    def judge(act: Act, call: CallResponse) -> Observation:
        runs = says(act, call.egress) if call.egress else None
        texts = wanted_first(
            f"The {what} is running.", f"The {what} is not running.", wanted=wanted
        )
        return verdict(None if runs is None else runs is wanted, *texts)

    return judge


def _judge_record_stop(act: Act, call: CallResponse) -> Observation:
    """Whether that kind of recording is off, and which other kinds still run."""
    seen = _output_judge(_recording_runs, "recording", wanted=False)(act, call)
    if call.egress is None or not isinstance(act.verb, RecordStop):
        return seen
    kinds = (kind for kind in RecordingKind if kind is not act.verb.kind)
    others = [kind.value for kind in kinds if call.egress.records(kind)]
    return seen.model_copy(update={"note": still_running(others)})


def _flag_judge(
    says: Callable[[CallResponse], bool | None], on: str, off: str, *, wanted: bool
) -> Callable[[Act, CallResponse], Observation]:
    """A judge of a yes or no that the call itself has."""

    def judge(_: Act, call: CallResponse) -> Observation:
        is_on = says(call)
        return verdict(
            None if is_on is None else is_on is wanted, *wanted_first(on, off, wanted=wanted)
        )

    return judge


def _backstage_judge(*, wanted: bool) -> Callable[[Act, CallResponse], Observation]:
    on, off = "The call is backstage.", "The call is not backstage."
    return _flag_judge(lambda call: call.backstage, on, off, wanted=wanted)


def _judge_limit(most: int | None, call: CallResponse) -> Observation:
    """Judge by the limit that the call's settings show; `most` None: none is wanted."""
    now = call.limits
    return verdict(
        None if now is None else now.people == most,
        "The call has no limit." if most is None else f"At most {most} people may be in the call.",
        f"The call has {limit_words(now)}." if now else "",
    )


def _judge_lock(act: Act, call: CallResponse) -> Observation:
    if act.before is None or act.before.most is None:
        return Observation(seen=Seen.UNKNOWABLE, evidence=_NOT_BEGUN)
    return _judge_limit(act.before.most, call)


def _judge_unlock(act: Act, call: CallResponse) -> Observation:
    if act.before is None or act.before.limits is None:
        return Observation(seen=Seen.UNKNOWABLE, evidence=_NOT_BEGUN)
    return _judge_limit(act.before.limits.people, call)


def _judge_go_back(act: Act, call: CallResponse) -> Observation:
    if call.backstage and call.sends_out:
        return Observation(
            seen=Seen.NOT_DONE, evidence="The call is backstage, but still sends something out."
        )
    seen = _backstage_judge(wanted=True)(act, call)
    were = act.before.most if act.before else None
    if seen.seen is not Seen.DONE or were is None:
        return seen
    gone = max(were - call.people, 0)
    return Observation(seen=Seen.DONE, evidence=f"{seen.evidence} {gone} of {were} people left.")


def _transcription_judge(*, wanted: bool) -> Callable[[Act, CallResponse], Observation]:
    on, off = "The transcription is running.", "The transcription is not running."
    return _flag_judge(lambda call: call.transcribing, on, off, wanted=wanted)


def _captions_judge(*, wanted: bool) -> Callable[[Act, CallResponse], Observation]:
    on, off = "The captions are running.", "The captions are not running."
    return _flag_judge(lambda call: call.captioning, on, off, wanted=wanted)


def _recording_runs(act: Act, egress: Egress) -> bool | None:
    verb = act.verb
    return egress.records(verb.kind) if isinstance(verb, RecordStart | RecordStop) else None


def _livestream_runs(_: Act, egress: Egress) -> bool | None:
    return egress.live


def _rtmp_runs(act: Act, egress: Egress) -> bool | None:
    if egress.outputs is None or not isinstance(act.verb, RtmpStart | RtmpStop):
        return None
    return act.verb.to in egress.outputs


def _any_rtmp_runs(_: Act, egress: Egress) -> bool | None:
    return None if egress.outputs is None else bool(egress.outputs)


BY_CALL: Mapping[str, Callable[[Act, CallResponse], Observation]] = MappingProxyType(
    {
        Unblock.name: _judge_unblock,
        End.name: _judge_end,
        RecordStart.name: _output_judge(_recording_runs, "recording", wanted=True),
        RecordStop.name: _judge_record_stop,
        LiveStart.name: _output_judge(_livestream_runs, "livestream", wanted=True),
        LiveStop.name: _output_judge(_livestream_runs, "livestream", wanted=False),
        RtmpStart.name: _output_judge(_rtmp_runs, "RTMP output", wanted=True),
        RtmpStop.name: _output_judge(_rtmp_runs, "RTMP output", wanted=False),
        RtmpStopAll.name: _output_judge(_any_rtmp_runs, "RTMP output", wanted=False),
        Lock.name: _judge_lock,
        GoBack.name: _judge_go_back,
        Unlock.name: _judge_unlock,
        GoLive.name: _backstage_judge(wanted=False),
        TranscribeStart.name: _transcription_judge(wanted=True),
        TranscribeStop.name: _transcription_judge(wanted=False),
        CaptionsStart.name: _captions_judge(wanted=True),
        CaptionsStop.name: _captions_judge(wanted=False),
    }
)
"""Judged by the call."""
