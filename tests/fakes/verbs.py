"""Verbs with whatever they must have."""

from typing import Any

from bot.calls.verbs import VERBS, Verb

SAMPLES: dict[str, dict[str, Any]] = {
    "rtmp_start": {"to": "tube"},
    "rtmp_stop": {"to": "tube"},
    "preset": {"preset": "viewer"},
    "say": {"text": "We end in five minutes."},
    "poll": {"question": "Go on?", "answers": ("Yes", "No")},
    "delete_recording": {"file": "rec_1.mp4"},
    "delete_transcript": {"file": "t_1.jsonl"},
}


def sample(name: str) -> Verb:
    """The verb of this name, with whatever it must have."""
    return VERBS[name].model_validate(SAMPLES.get(name, {}))
