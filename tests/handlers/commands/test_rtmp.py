"""RTMP outputs are stopped by whatever name they have, one of several, or all."""

import pytest

from bot.demo.stage import Show
from tests.fakes.form_filler import FormFiller

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAUNCH = "livestream:launch-show"
ODD = "Tête-à-tête: 50% / a?b#c & *d* 🎤 \\ ;"


def runs(show: Show, *names: str) -> None:
    """The app began these."""
    for name in names:
        show.stage.world.stream.rooms[LAUNCH].rtmps[name] = {
            "name": name,
            "stream_url": "rtmp://app.example/live",
            "started_at": 1_795_264_089_887_510_000,
        }


def left(show: Show) -> list[str]:
    return list(show.stage.world.stream.rooms[LAUNCH].rtmps)


async def test_an_output_with_odd_signs_in_its_name_is_stopped_and_no_other(show: Show) -> None:
    mira = FormFiller(show)
    runs(show, ODD, "tv")
    await mira.types(f'rtmp {LAUNCH} stop "{ODD}" stolen key')
    await mira.sees("stopped the RTMP output of", "stolen key", "confirmed")
    assert left(show) == ["tv"]


async def test_of_several_that_run_it_is_asked_which(show: Show) -> None:
    mira = FormFiller(show)
    runs(show, ODD, "tv")
    offered = str((await mira.opens(f"rtmp {LAUNCH} stop")).blocks)
    assert "50%" in offered
    assert "'value': 'tv'" in offered
    assert left(show) == [ODD, "tv"]
    assert await mira.submits(**{"option.to": ODD, "reason": "stolen key"}) == {}
    await mira.sees("stopped the RTMP output of", "confirmed")
    assert left(show) == ["tv"]


@pytest.mark.parametrize(
    "words", ["rtmp {} stop all stolen", "rtmp stop all {} stolen", "rtmp stop {} ALL stolen"]
)
async def test_all_are_stopped_by_that_word(show: Show, words: str) -> None:
    mira = FormFiller(show)
    runs(show, ODD, "tv")
    await mira.types(words.format(LAUNCH))
    await mira.sees("stopped all RTMP outputs of", "stolen", "confirmed")
    assert left(show) == []


async def test_where_one_is_really_named_all_it_is_asked_which_are_meant(show: Show) -> None:
    mira = FormFiller(show)
    runs(show, "All", "tv")
    said = await mira.types(f"rtmp {LAUNCH} stop all stolen")
    assert "An RTMP output of this call is named “All”" in said
    assert left(show) == ["All", "tv"]
    await mira.types(f'rtmp {LAUNCH} stop "All" stolen')
    await mira.sees("stopped the RTMP output of", "confirmed")
    assert left(show) == ["tv"]
