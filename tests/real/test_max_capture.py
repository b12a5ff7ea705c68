"""Clip capture: the script of the devices run in Node, on stubs of the Live API that refuse what Live refuses."""

import json
import re
import subprocess
from typing import Any

import pytest

from max_patches.parts.band import PLAYED
from tests.maxstudio import ROOT, Studio
from tests.real.conftest import Need

pytestmark = pytest.mark.real
SCRIPT = ROOT / "ableton" / "improv_capture.js"
NOW = (1920 * 8 + 240, 240, 120.0, 1, 4, 4)  # an eighth into a bar, of a song that was moved to its beginning
Call = list[Any]


def run(calls: list[Call], tracks: list[dict[str, Any]] | None = None, device: str = "live_set tracks 0 devices 0",
        ) -> dict[str, Any]:  # fmt: skip
    job = {"voices": PLAYED, "tracks": tracks or [{"slots": [None, None]}], "device": device, "calls": calls}
    command = ["node", str(ROOT / "tests" / "real" / "live_api.js"), str(SCRIPT)]
    done = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def cue(voice: int, bar: float, ticks: int = 480, pitch: int = 60) -> Call:
    return ["cue", voice, int(bar * 1920), ticks, pitch, 90, 1]


def notes(found: dict[str, Any], track: int = 0, slot: int = 0) -> list[tuple[float, float, int]]:
    clip = found["tracks"][track]["slots"][slot]
    return [(note["start_time"], note["duration"], note["pitch"]) for note in clip["notes"]]


def test_the_last_bars_before_the_bar_line_become_a_clip(need: Need) -> None:
    need("node")
    calls = [cue(0, bar, pitch=60 + bar) for bar in range(9)]
    found = run([*calls, ["bars", 2], ["keep", *NOW]])
    assert notes(found) == [(0, 1, 66), (4, 1, 67)]
    clip = found["tracks"][0]["slots"][0]
    assert (clip["beats"], clip["name"]) == (8, "Improv")
    assert found["said"] == [["kept", 2, "notes"]]


def test_where_the_transport_stands_in_a_bar_that_bar_is_kept_too(need: Need) -> None:
    need("node")
    calls = [cue(0, bar, pitch=60 + bar) for bar in range(9)]
    found = run([*calls, ["bars", 2], ["keep", 1920 * 8 + 600, 600, 120.0, 0, 4, 4]])
    assert notes(found) == [(0, 1, 67), (4, 1, 68)]


def test_a_bar_is_the_meters(need: Need) -> None:
    need("node")
    cues: list[Call] = [["cue", 0, 1440 * n, 240, 60 + n, 90, 1] for n in range(5)]
    found = run([*cues, ["bars", 2], ["keep", 7200, 7200, 90.0, 1, 6, 8]])
    assert notes(found) == [(0, 0.5, 63), (3, 0.5, 64)]
    assert found["tracks"][0]["slots"][0]["beats"] == 6


def test_the_first_empty_slot_is_taken_and_nothing_is_overwritten(need: Need) -> None:
    need("node")
    full = {"beats": 4, "notes": [], "name": "mine"}
    found = run([cue(0, 7), ["keep", *NOW]], [{"slots": []}, {"slots": [full, None]}], "live_set tracks 1 devices 2")
    assert found["tracks"][1]["slots"][0]["name"] == "mine"
    assert notes(found, 1, 1) == [(12, 1, 60)]
    found = run([cue(0, 7), ["keep", *NOW]], [{"slots": [full]}])
    assert (found["scenes"], notes(found, 0, 1)) == (2, [(12, 1, 60)])


def test_a_device_in_a_rack_finds_its_track_and_one_on_no_midi_track_says_so(need: Need) -> None:
    need("node")
    found = run([cue(0, 7), ["keep", *NOW]], [{"slots": [None]}], "live_set tracks 0 devices 0 chains 1 devices 0")
    assert notes(found) == [(12, 1, 60)]
    found = run([cue(0, 7), ["keep", *NOW]], [{"slots": [], "midi": False, "fixed": True}])
    assert (found["said"], found["scenes"]) == (["no MIDI track to write to"], 0)


def test_nothing_played_makes_no_clip(need: Need) -> None:
    need("node")
    found = run([cue(0, 1), ["keep", *NOW]])
    assert (found["said"], found["tracks"][0]["slots"]) == ([["nothing played in", 4, "bars"]], [None, None])


def test_a_silence_takes_back_what_was_to_sound_and_a_bass_is_one_voice(need: Need) -> None:
    need("node")
    bass = PLAYED.index("bass")
    calls = [cue(0, 6, 960, 60), cue(0, 6.5, 480, 61), ["silence", 0, int(6.25 * 1920)],
             cue(bass, 7, 960, 40), cue(bass, 7.25, 480, 41), cue(0, 7.75, 960, 62)]  # fmt: skip
    found = run([*calls, ["bars", 2], ["keep", *NOW]])
    assert sorted(notes(found)) == [(0, 1, 60), (4, 1, 40), (5, 1, 41), (7, 1, 62)]


def test_many_notes_are_written_in_batches_with_pauses(need: Need) -> None:
    need("node")
    calls = [cue(0, 4 + n / 256, 15, 40 + n % 60) for n in range(1000)]
    found = run([*calls, ["keep", *NOW]])
    assert found["batches"] == [[0, 400], [20, 400], [40, 200]]
    assert len(notes(found)) == 1000


def test_the_script_is_es5_and_silent(need: Need) -> None:
    need("node")
    code = re.sub(r"//.*", "", SCRIPT.read_text(encoding="utf-8"))
    assert not re.search(r"\b(let|const|class|of|async|await|yield|import|export)\b|=>|`|\.\.\.", code)
    assert not re.search(r"\b(post|error|cpost)\s*\(", code)


def test_what_the_band_played_in_the_machine_is_what_the_clip_holds(need: Need) -> None:
    need("node")
    studio = Studio()
    improv = studio.improv()
    studio.run(1.0)
    studio.host(playing=True)
    studio.play(improv, [60, 64, 67, 72] * 6)
    studio.run(0.25)
    improv.move("Keep Bars", 2)
    improv.move("Keep")
    studio.run(0.1)
    (script,) = improv.of("js")
    found = run([list(message) for message in script.told])
    cues = [cue for cue in studio.cues(9101) if 4 * 1920 <= cue.tick < 6 * 1920]
    assert len(cues) > 8
    kept = sorted((start, pitch) for start, _, pitch in notes(found))
    assert kept == sorted(((cue.tick - 4 * 1920) / 480, cue.pitch) for cue in cues)
