"""Verbs about what is kept of a call: recordings, transcripts."""

from enum import StrEnum

from bot.calls.actors import Role
from bot.calls.models import Call, RecordingState
from bot.calls.verbs.verb import Aim, FileName, Heading, RecordingId, Verb, Weight


class RecordingKind(StrEnum):
    """The kind of a recording: one mixed picture, each track apart, or the raw media."""

    COMPOSITE = "composite"
    INDIVIDUAL = "individual"
    RAW = "raw"


class RecordStart(Verb):
    """Start recording the call."""

    name = "record_start"
    words = ("record", "start")
    heading = Heading.MEDIA
    label = "Start recording"
    do = "Start recording"
    doing = "starting the recording of"
    done = "started recording"
    aim = Aim.CALL
    repeatable = False
    summary = "Start recording the call."
    warning = "People in the call may have to be told that they are recorded."
    example = "record K7QX start evidence for a report"

    kind: RecordingKind = RecordingKind.COMPOSITE

    def inverse(self) -> Verb:
        """RecordStop, which ends the file; what was recorded stays."""
        return RecordStop(kind=self.kind)

    def pointless(self, call: Call) -> bool:
        """Whether the call is being recorded already."""
        return call.recording in {RecordingState.ON, RecordingState.PAUSED}


class RecordStop(Verb):
    """Stop recording the call; the file is kept."""

    name = "record_stop"
    words = ("record", "stop")
    heading = Heading.MEDIA
    label = "Stop recording"
    do = "Stop recording"
    doing = "stopping the recording of"
    done = "stopped recording"
    aim = Aim.CALL
    repeatable = True
    summary = "Stop recording. The file is kept."
    warning = "Starting again makes a second file."
    example = "record K7QX stop"

    kind: RecordingKind = RecordingKind.COMPOSITE
    recording: RecordingId = None

    def inverse(self) -> Verb:
        """RecordStart, which makes a second file."""
        return RecordStart(kind=self.kind)

    def pointless(self, call: Call) -> bool:
        """Whether no recording is seen to run."""
        return call.recording not in {RecordingState.ON, RecordingState.PAUSED}


class RecordPause(Verb):
    """Pause the recording; the same file goes on later."""

    name = "record_pause"
    words = ("record", "pause")
    heading = Heading.MEDIA
    label = "Pause recording"
    do = "Pause recording"
    doing = "pausing the recording of"
    done = "paused recording"
    aim = Aim.CALL
    repeatable = True
    summary = "Pause the recording; the same file goes on later."
    warning = "What happens meanwhile is not recorded."
    example = "record K7QX pause personal data"

    recording: RecordingId = None

    def inverse(self) -> Verb:
        """RecordResume, which goes on in the same file."""
        return RecordResume(recording=self.recording)

    def pointless(self, call: Call) -> bool:
        """Whether no recording that could be paused is seen to run."""
        return call.recording is not RecordingState.ON


class RecordResume(Verb):
    """Go on recording into the same file."""

    name = "record_resume"
    words = ("record", "resume")
    heading = Heading.MEDIA
    label = "Resume recording"
    do = "Resume recording"
    doing = "resuming the recording of"
    done = "resumed recording"
    aim = Aim.CALL
    repeatable = True
    summary = "Go on recording into the same file."
    warning = "People in the call may have to be told that they are recorded."
    example = "record K7QX resume"

    recording: RecordingId = None

    def inverse(self) -> Verb:
        """RecordPause, which keeps the file."""
        return RecordPause(recording=self.recording)

    def pointless(self, call: Call) -> bool:
        """Whether no recording is seen to be paused."""
        return call.recording is not RecordingState.PAUSED


class TranscribeStart(Verb):
    """Start a transcript of what is said."""

    name = "transcribe_start"
    words = ("transcribe", "start")
    heading = Heading.MEDIA
    label = "Start transcription"
    do = "Start transcribing"
    doing = "starting the transcription of"
    done = "started transcribing"
    aim = Aim.CALL
    repeatable = False
    drawn = False
    summary = "Start a transcript of what is said."
    warning = "People in the call may have to be told that they are transcribed."
    example = "transcribe K7QX start"

    def inverse(self) -> Verb:
        """TranscribeStop, which keeps what was written."""
        return TranscribeStop()

    def pointless(self, call: Call) -> bool:
        """Whether the call is being transcribed already."""
        return call.transcribing is True


class TranscribeStop(Verb):
    """Stop writing down what is said."""

    name = "transcribe_stop"
    words = ("transcribe", "stop")
    heading = Heading.MEDIA
    label = "Stop transcription"
    do = "Stop transcribing"
    doing = "stopping the transcription of"
    done = "stopped transcribing"
    aim = Aim.CALL
    repeatable = True
    drawn = False
    summary = "Stop the transcript. The file is kept."
    warning = "What is said from now on is not transcribed."
    example = "transcribe K7QX stop"

    def inverse(self) -> Verb:
        """TranscribeStart, which makes a second file."""
        return TranscribeStart()

    def pointless(self, call: Call) -> bool:
        """Whether no transcription is seen to run."""
        return not call.transcribing


class CaptionsStart(Verb):
    """Show what is said as text."""

    name = "captions_start"
    words = ("captions", "start")
    heading = Heading.MEDIA
    label = "Start captions"
    do = "Start captions for"
    doing = "starting the captions of"
    done = "started captions for"
    aim = Aim.CALL
    repeatable = False
    drawn = False
    summary = "Show what is said as text to everyone in the call."
    warning = "Everyone in the call can read along."
    example = "captions K7QX start"

    def inverse(self) -> Verb:
        """CaptionsStop, which takes the text away."""
        return CaptionsStop()

    def pointless(self, call: Call) -> bool:
        """Whether captions run already."""
        return call.captioning is True


class CaptionsStop(Verb):
    """Stop showing what is said as text."""

    name = "captions_stop"
    words = ("captions", "stop")
    heading = Heading.MEDIA
    label = "Stop captions"
    do = "Stop captions for"
    doing = "stopping the captions of"
    done = "stopped captions for"
    aim = Aim.CALL
    repeatable = True
    drawn = False
    summary = "Stop showing what is said as text."
    warning = "Who relies on reading cannot follow any more."
    example = "captions K7QX stop"

    def inverse(self) -> Verb:
        """CaptionsStart, which shows the text again."""
        return CaptionsStart()

    def pointless(self, call: Call) -> bool:
        """Whether no captions are seen to run."""
        return not call.captioning


class Summarise(Verb):
    """Have the vendor summarise the transcript."""

    name = "summarise"
    words = ("summarise",)
    heading = Heading.MEDIA
    label = "Summarize"
    do = "Ask for a summary of"
    doing = "asking for a summary of"
    done = "asked for a summary of"
    aim = Aim.CALL
    apart = True
    outlives = True
    repeatable = False
    drawn = False
    summary = "Have the vendor summarise the transcript."
    warning = "The vendor's model reads the whole transcript."
    example = "summarise K7QX"


class DeleteRecording(Verb):
    """Delete a recording at the vendor, for good."""

    name = "delete_recording"
    words = ("delete", "recording")
    heading = Heading.MEDIA
    label = "Delete recording"
    do = "Delete a recording of"
    doing = "deleting a recording of"
    done = "deleted a recording of"
    aim = Aim.CALL
    apart = True
    dangerous = True
    outlives = True
    weight = Weight.HEAVY
    repeatable = True
    least = Role.LEAD
    drawn = False
    read_first = False
    summary = "Delete a recording at the vendor, for good."
    warning = "The file is gone for good. This cannot be undone."
    example = "delete K7QX recording rec_1.mp4 asked for by the customer"

    file: FileName


class DeleteTranscript(Verb):
    """Delete a transcript at the vendor, for good."""

    name = "delete_transcript"
    words = ("delete", "transcript")
    heading = Heading.MEDIA
    label = "Delete transcript"
    do = "Delete a transcript of"
    doing = "deleting a transcript of"
    done = "deleted a transcript of"
    aim = Aim.CALL
    apart = True
    dangerous = True
    outlives = True
    weight = Weight.HEAVY
    repeatable = True
    least = Role.LEAD
    drawn = False
    read_first = False
    summary = "Delete a transcript at the vendor, for good."
    warning = "The file is gone for good. This cannot be undone."
    example = "delete K7QX transcript t_1.jsonl asked for by the customer"

    file: FileName
