"""How each connection of a RealtimeKit call does, from its peer report.

Read are the mean opinion score, counts of packets, and shares of measurements whose threshold is in
the field's own name. The unit of the averages beside them (round trip, jitter, loss) is documented
nowhere, so none of them is shown.
"""

import asyncio
from collections.abc import Hashable, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from bot.calls.models import CallRef
from bot.calls.reports import PersonQuality, Quality
from bot.errors import VendorError
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.providers.realtimekit.models import SessionParticipant
from bot.providers.realtimekit.queries import connection_key, segment
from bot.providers.realtimekit.reports_base import ReportsBase

MOST_PEERS = 25
"""Connections read of one call: one request each, and ten a second."""

_AT_ONCE = 4
POOR_MOS = 3.0
"""3 of 5 is “fair” on the scale of mean opinion scores (ITU-T P.800)."""

OFTEN = 0.25
"""The share of measurements from which loss or delay counts as trouble."""

_MOS_FROM, _MOS_TO = 1.0, 5.0
_ABSURD = 1e15


def _number(value: Any) -> float | None:
    """A finite number, None for anything else: one odd figure does not spoil the report."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < _ABSURD else None


Figure = Annotated[float | None, BeforeValidator(_number)]


class _Mos(BaseModel):
    avg: Figure = None


class _Loss(BaseModel):
    from_5: Figure = Field(None, alias="5_or_greater_event_fraction")


class _Delay(BaseModel):
    from_250: Figure = Field(None, alias="250ms_or_greater_event_fraction")


class _Sum(BaseModel):
    mos: _Mos | None = Field(None, alias="quality_mos")
    loss: _Loss | None = Field(None, alias="packet_loss")
    delay: _Delay | None = Field(None, alias="rtt")


class _Sample(BaseModel):
    lost: Figure = Field(None, alias="packets_lost")
    sent: Figure = Field(None, alias="packets_sent")


class _Stats(BaseModel):
    samples: list[_Sample] | None = Field(None, alias="audio_producer")
    audio_out: _Sum | None = Field(None, alias="audio_producer_cumulative")
    audio_in: _Sum | None = Field(None, alias="audio_consumer_cumulative")
    video_out: _Sum | None = Field(None, alias="video_producer_cumulative")
    video_in: _Sum | None = Field(None, alias="video_consumer_cumulative")

    @property
    def sums(self) -> list[_Sum]:
        """The summed-up directions that were measured."""
        each = (self.audio_out, self.audio_in, self.video_out, self.video_in)
        return [sums for sums in each if sums]

    @property
    def mos(self) -> float | None:
        """The worst direction's score; 0 and the like mean that nothing was measured."""
        scores = [sums.mos.avg for sums in self.sums if sums.mos and sums.mos.avg is not None]
        return min((score for score in scores if _MOS_FROM <= score <= _MOS_TO), default=None)

    @property
    def lossy(self) -> float:
        """The share of measurements with 5 % loss or more, in the worst direction."""
        return max((sums.loss.from_5 or 0.0 for sums in self.sums if sums.loss), default=0.0)

    @property
    def slow(self) -> float:
        """The share of measurements with a round trip of 250 ms or more."""
        return max((sums.delay.from_250 or 0.0 for sums in self.sums if sums.delay), default=0.0)

    @property
    def lost_percent(self) -> float | None:
        """Packets lost of those sent as audio, by the latest sample that counts any."""
        for sample in reversed(self.samples or []):
            if sample.sent and sample.sent > 0 and sample.lost is not None:
                return min(max(100 * sample.lost / sample.sent, 0.0), 100.0)
        return None


class _Report(BaseModel):
    quality: _Stats | None = None


class _Peer(BaseModel):
    report: _Report | None = Field(None, alias="peer_report")


class _Participant(BaseModel):
    participant: _Peer


class _OnePeer(BaseModel):
    data: _Participant


class QualityReports(ReportsBase):
    """Reads peer reports: several at once, never so many that one waits past its deadline."""

    async def quality(self, call: CallRef) -> Quality:
        """Each person by their worst connection, the worst people first; MOST_PEERS at most.

        `score` is the mean opinion score, 1 to 5, scaled to 0 to 100. Somebody is `bad` with a
        score below POOR_MOS, or when 5 % loss or a round trip of 250 ms shows in OFTEN or more of
        the measurements. RealtimeKit has no score of the call itself.
        """
        session = await self._queries.session_of(call)
        present = [stay for stay in await self._queries.present(session) if stay.peer]
        asked = present[:MOST_PEERS]
        turn = asyncio.Semaphore(_AT_ONCE)
        reports = await asyncio.gather(*(self._stats(stay, turn) for stay in asked))
        worst: dict[Hashable, PersonQuality] = {}
        for stay, stats in zip(asked, reports, strict=True):
            if stats is not None:
                quality, who = _person_quality(stay, stats), stay.person or connection_key(stay)
                worst[who] = min(quality, worst.get(who, quality), key=_rank)
        people = sorted(worst.values(), key=_rank)
        silent = sum(stats is None for stats in reports)
        return Quality(people=tuple(people), note=_note(len(asked), len(present), silent))

    async def _stats(self, stay: SessionParticipant, turn: asyncio.Semaphore) -> _Stats | None:
        """None where no report can be had. Where somebody is, and on what, is not asked for."""
        path = f"/sessions/peer-report/{segment(stay.peer or '')}"
        async with turn:
            try:
                params = {"filters": "quality_stats"}
                answer = await self._http.send(Idempotency.READ, "GET", path, params=params)
                report = read(self._http, _OnePeer, answer).data.participant.report
            except VendorError:
                return None
        return report.quality if report else None


def _person_quality(stay: SessionParticipant, stats: _Stats) -> PersonQuality:
    faults: Sequence[tuple[bool, str]] = (
        (stats.mos is not None and stats.mos < POOR_MOS, f"score {stats.mos or 0:.1f} of 5"),
        (stats.lossy >= OFTEN, f"5 % loss or more in {stats.lossy:.0%} of measurements"),
        (stats.slow >= OFTEN, f"250 ms or more in {stats.slow:.0%} of measurements"),
    )
    why = "; ".join(words for is_so, words in faults if is_so)
    return PersonQuality(
        person=stay.to_participant(),
        score=_score_of(stats.mos),
        lost_percent=stats.lost_percent,
        bad=bool(why),
        why=why,
    )


def _score_of(mos: float | None) -> float | None:
    return None if mos is None else round(100 * (mos - _MOS_FROM) / (_MOS_TO - _MOS_FROM), 1)


def _rank(quality: PersonQuality) -> tuple[bool, float]:
    """Trouble first, then by score; without one, last."""
    return not quality.bad, 101.0 if quality.score is None else quality.score


def _note(asked: int, present: int, silent: int) -> str:
    notes = []
    if asked < present:
        notes.append(f"Read: {asked} of {present} connections.")
    if silent:
        notes.append(f"Without a report: {silent}.")
    return " ".join(notes)
