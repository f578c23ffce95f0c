"""Which recording or RTMP output an order means: where several run, it has to say so."""

from collections.abc import Sequence

from bot.calls.handles import handle
from bot.calls.models import Call, CallRef
from bot.calls.recordings import RunningRecording
from bot.calls.verbs import RecordPause, RecordResume, RecordStop, RtmpStop
from bot.errors import BadInput, WhichRecording

SHOWN = 8
"""Recordings listed in a question back."""


def require_one(
    verb: RecordStop | RecordPause | RecordResume,
    call: CallRef,
    running: Sequence[RunningRecording],
) -> None:
    """Raise WhichRecording unless one is meant: the one named, or the only one begun from here.

    What others began may be an RTMP output: it has to be chosen, even where it is the only one.
    Where nothing runs, and none is named, it is the vendor's to say that there is nothing to do.
    """
    named = verb.recording
    if named is None:
        if not running or sum(recording.ours for recording in running) == 1:
            return
        raise WhichRecording(_question(running), next_step=_listed(verb, call, running))
    if sum(recording.id.startswith(named) for recording in running) != 1:
        raise WhichRecording(
            f"No recording “{named}” is running.",
            next_step=_listed(verb, call, running) if running else "Nothing is being recorded.",
        )


def require_output(verb: RtmpStop, call: Call) -> None:
    """Raise BadInput where RTMP outputs run and none has the name that is to be stopped.

    Where none runs, or the vendor does not list them, it is the vendor's to say.
    """
    if not call.rtmp or verb.to in call.rtmp:
        return
    first, second = verb.words
    word = handle(call.ref)
    raise BadInput(
        f"No RTMP output “{verb.to}” is running. Running: {', '.join(call.rtmp[:SHOWN])}.",
        next_step=f"Nothing was stopped. Name it: `{first} {word} {second} {call.rtmp[0]}`",
    )


def _question(running: Sequence[RunningRecording]) -> str:
    if len(running) == 1:
        return "This recording was not started by Callwarden. It may be an RTMP output of your app."
    return f"{len(running)} recordings are running. Which one?"


def _listed(
    verb: RecordStop | RecordPause | RecordResume,
    call: CallRef,
    running: Sequence[RunningRecording],
) -> str:
    names = [f"{recording.short} ({recording.described})" for recording in running[:SHOWN]]
    if len(running) > SHOWN:
        names.append(f"and {len(running) - SHOWN} more")
    first, second = verb.words
    example = f"{first} {handle(call)} {second} {running[0].short}"
    return f"Running: {'; '.join(names)}. Name it, for example: `{example}`"
