"""Stream Video's acts on what leaves a call: recordings, streams, transcriptions, files."""

from bot.calls.acts import Act
from bot.calls.capabilities import can
from bot.calls.outcomes import Receipt
from bot.calls.reports import FileKind
from bot.calls.verbs import (
    CaptionsStart,
    CaptionsStop,
    DeleteRecording,
    DeleteTranscript,
    LiveStart,
    LiveStop,
    RecordStart,
    RecordStop,
    RtmpStart,
    RtmpStop,
    RtmpStopAll,
    TranscribeStart,
    TranscribeStop,
)
from bot.errors import Impossible
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.providers.stream.acts_base import StreamActsBase, accepted, expect
from bot.providers.stream.models import ActResponse
from bot.providers.stream.models_reports import files_step
from bot.providers.stream.queries import call_path, segment


class StreamMediaActs(StreamActsBase):
    """A method for each verb about what leaves the call."""

    @can(RecordStart)
    async def _record_start(self, act: Act) -> Receipt:
        return await self.send(act, f"recordings/{expect(act, RecordStart).kind}/start", {})

    @can(RecordStop)
    async def _record_stop(self, act: Act) -> Receipt:
        return await self.send(act, f"recordings/{expect(act, RecordStop).kind}/stop", {})

    @can(LiveStart)
    async def _live_start(self, act: Act) -> Receipt:
        return await self.send(act, "start_broadcasting")

    @can(LiveStop)
    async def _live_stop(self, act: Act) -> Receipt:
        return await self.send(act, "stop_broadcasting")

    @can(RtmpStart)
    async def _rtmp_start(self, act: Act) -> Receipt:
        name = expect(act, RtmpStart).to
        target = self.targets.get(name)
        if target is None:
            raise Impossible(
                f"There is no RTMP target {name}.", next_step="Add it to callwarden.toml."
            )
        output = {"name": name, "stream_url": target.url}
        if key := target.key.get_secret_value():
            output["stream_key"] = key
        return await self.send(act, "rtmp_broadcasts", {"broadcasts": [output]})

    @can(RtmpStop)
    async def _rtmp_stop(self, act: Act) -> Receipt:
        name = segment(expect(act, RtmpStop).to)
        return await self.send(act, f"rtmp_broadcasts/{name}/stop", {})

    @can(RtmpStopAll)
    async def _rtmp_stop_all(self, act: Act) -> Receipt:
        return await self.send(act, "rtmp_broadcasts/stop")

    @can(TranscribeStart)
    async def _transcribe_start(self, act: Act) -> Receipt:
        return await self.send(act, "start_transcription", {})

    @can(TranscribeStop)
    async def _transcribe_stop(self, act: Act) -> Receipt:
        return await self.send(act, "stop_transcription", {})

    @can(CaptionsStart)
    async def _captions_start(self, act: Act) -> Receipt:
        return await self.send(act, "start_closed_captions", {})

    @can(CaptionsStop)
    async def _captions_stop(self, act: Act) -> Receipt:
        return await self.send(act, "stop_closed_captions", {})

    @can(DeleteRecording)
    async def _delete_recording(self, act: Act) -> Receipt:
        return await self._delete(act, FileKind.RECORDING, expect(act, DeleteRecording).file)

    @can(DeleteTranscript)
    async def _delete_transcript(self, act: Act) -> Receipt:
        return await self._delete(act, FileKind.TRANSCRIPT, expect(act, DeleteTranscript).file)

    async def _delete(self, act: Act, kind: FileKind, name: str) -> Receipt:
        """Delete the one file of that name; Impossible when none is listed, or more than one.

        A path needs the run as well as the name, and a name that is mistyped must not pass for a
        file that is gone already.
        """
        stored_files = await self.queries.stored_files(act.call.id, kind)
        runs = [file.session_id for file in stored_files if file.filename == name]
        if len(runs) != 1 or not runs[0]:
            raise _not_one(kind, name, len(runs))
        path = f"{call_path(act.call.id)}/{segment(runs[0])}/{files_step(kind)}/{segment(name)}"
        answer = await self.http.send(Idempotency.REPEATABLE, "DELETE", path)
        read(self.http, ActResponse, answer)
        return accepted(act, answer)


def _not_one(kind: FileKind, name: str, found: int) -> Impossible:
    if not found:
        return Impossible(
            f"This call has no {kind} {name}.",
            next_step=f"Look at the call's {kind}s for the names.",
        )
    many = f"{found} {kind}s of this call are named {name}" if found > 1 else f"{name} has no run"
    return Impossible(
        f"{many}: which one is meant cannot be said.",
        next_step="Delete it in Stream's dashboard.",
    )
