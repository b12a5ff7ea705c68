"""Listening to a take: the measures on sounds and notes that are known, and on a rendering by FluidSynth."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from bench import listen
from bridge.io.take import MELODY, Note, Take, write_midi
from bridge.music.events import ACCOMPANIMENT, BASS
from bridge.music.timeline import Meter


def tone(level: float, seconds: float) -> listen.Signal:
    wave = level * np.sin(2 * np.pi * 440 * np.arange(int(seconds * listen.RATE)) / listen.RATE)
    return np.stack([wave, wave], axis=1)


def test_levels_are_dbfs_and_pauses_lie_between_sounds() -> None:
    found = listen.measure(np.concatenate([tone(0, 1), tone(0.5, 1), tone(0, 0.5), tone(0.5, 1), tone(0, 3)]))
    assert found.peak == pytest.approx(-6.02, abs=0.01)
    assert found.rms == pytest.approx(-9.03, abs=0.05)
    assert found.clipped == 0
    assert found.pause == pytest.approx(0.5, abs=0.051)
    assert listen.measure(tone(1.0, 1)).clipped > 0
    assert listen.measure(tone(0, 1)).pause == 0


def test_under_and_fitting_are_shares_of_common_time() -> None:
    melody = [(0.0, 1.0, 60, 80), (1.0, 2.0, 62, 80)]
    assert listen.under([(0.0, 2.0, 61, 80)], melody) == (pytest.approx(0.5), -1)
    assert listen.under([(0.0, 1.01, 40, 80)], melody) == (1.0, 20)
    chord = [(0.0, 2.0, pitch, 80) for pitch in (48, 52, 55)]
    assert listen.fitting(melody, chord) == pytest.approx(0.5, abs=0.02)
    assert listen.fitting(melody, []) == 0


def test_every_broken_law_is_said() -> None:
    fine = {"whole": listen.Level(-3, -20, 0, 0.1), "Melody": listen.Level(-6, -22, 0, 0.1)}
    low, high = listen.Level(-12, -30, 0, 0.1), listen.Level(0, -10, 9, 0.1)
    assert listen.faults(fine | {"Bass": low}, 1.0, band=True) == []
    bad = fine | {"whole": listen.Level(-3, -20, 0, 5.0), "Bass": high}
    assert listen.faults(bad, 0.9, band=False) == [
        "Bass clips",
        "silence for 5.0 s",
        "the band does not play",
        "the bass is above the melody 10.0% of the time",
        "the bass is louder than the melody",
    ]


@pytest.mark.real
@pytest.mark.skipif(
    shutil.which("fluidsynth") is None or not any(Path(font).is_file() for font in listen.FONTS),
    reason="no FluidSynth or no sound font: apt-get install fluidsynth fluid-soundfont-gm",
)
def test_a_take_is_rendered_and_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take = Take("Two bars", 120.0, Meter())
    for tick in (0, 960, 1920, 2880):
        take.add(MELODY, Note(tick, 900, 72, 90))
        take.add(BASS, Note(tick, 900, 36, 60))
        take.add(ACCOMPANIMENT, Note(tick, 900, 60, 60))
    write_midi(take, tmp_path / "demo.mid")
    font = next(font for font in listen.FONTS if Path(font).is_file())
    assert listen.listen(tmp_path / "demo.mid", font, tmp_path) == []
    said = capsys.readouterr().out
    assert "bass under the melody 100.0% of the time, 36 semitones at least" in said
    assert "the melody lies in the sounding chord 100.0% of the time" in said
    assert (tmp_path / "bass.wav").is_file()
