"""Listens to a take: renders demo.mid with FluidSynth, whole and track by track, and measures what comes out.

`python bench/listen.py demo.mid [--soundfont FILE] [--keep FOLDER]` prints levels in dBFS and what the notes say, and
ends with exit code 1 where a law is broken: nothing clips, the take is never silent for long, the bass lies under the
melody in pitch and in loudness. Needs the program fluidsynth, a General MIDI sound font, mido and numpy.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

from bridge.quiet import unread

RATE = 44100  # frames a second
GAIN = "0.6"  # FluidSynth's own default, 0.2, leaves 20 dB unused
QUIET = -55.0  # dBFS; a window below counts as silence
WINDOW = 0.05  # seconds
LONGEST_PAUSE = 2.0  # seconds of silence within the take
CLIPPED = 0.999  # of full scale
FONTS = ("/usr/share/sounds/sf2/FluidR3_GM.sf2", "/usr/share/sounds/sf2/default-GM.sf2")

Signal = NDArray[np.float64]  # (frames, 2), full scale is 1
Span = tuple[float, float, int, int]  # begin and end in seconds, pitch, velocity


@dataclass(frozen=True)
class Level:
    """How loud a rendering is."""

    peak: float  # dBFS
    rms: float  # dBFS, of what is not silent
    clipped: int  # frames
    pause: float  # seconds, the longest silence between the first and the last sound


def decibel(value: float) -> float:
    return float(20 * np.log10(max(value, 1e-6)))


def render(midi: mido.MidiFile, font: str, wav: Path) -> Signal:
    """The sound of a MIDI file, at a usual gain and with no reverb or chorus that would blur the measures."""
    with tempfile.NamedTemporaryFile(suffix=".mid") as file:
        midi.save(file.name)
        options = ["-n", "-i", "-q", "-R", "0", "-C", "0", "-g", GAIN, "-r", str(RATE), "-F", str(wav)]
        command = ["fluidsynth", *options, font, file.name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with wave.open(str(wav)) as sound:
        data = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    return data.reshape(-1, 2) / 32768.0


def measure(signal: Signal) -> Level:
    size = int(RATE * WINDOW)
    frames = signal[: len(signal) // size * size].reshape(-1, size * 2)
    loud = np.sqrt((frames**2).mean(axis=1))
    sounding = np.flatnonzero(loud > 10 ** (QUIET / 20))
    if not len(sounding):
        return Level(decibel(0), decibel(0), 0, 0.0)
    gaps = np.diff(sounding) - 1
    return Level(
        decibel(float(np.abs(signal).max())),
        decibel(float(np.sqrt((loud[sounding] ** 2).mean()))),
        int((np.abs(signal).max(axis=1) >= CLIPPED).sum()),
        float(gaps.max(initial=0) * WINDOW),
    )


def alone(midi: mido.MidiFile, name: str) -> mido.MidiFile:
    """The file with the conductor's track and one other."""
    only = mido.MidiFile(type=1, ticks_per_beat=midi.ticks_per_beat)
    only.tracks.extend(track for track in midi.tracks if track is midi.tracks[0] or track.name == name)
    return only


def spans(midi: mido.MidiFile, name: str) -> list[Span]:
    """A track's notes in seconds."""
    now, down, found = 0.0, {}, []
    for message in alone(midi, name):
        now += message.time
        if message.type == "note_on" and message.velocity:
            down[message.note] = (now, message.velocity)
        elif message.type in ("note_on", "note_off") and message.note in down:
            begin, velocity = down.pop(message.note)
            found.append((begin, now, message.note, velocity))
    return found


def under(low: list[Span], high: list[Span]) -> tuple[float, int]:
    """The share of the time of both in which `low` is below `high`, and the least distance in semitones."""
    below, both, least = 0.0, 0.0, 128
    for begin, end, pitch, _ in low:
        for start, stop, other, _ in high:
            shared = min(end, stop) - max(begin, start)
            if shared > 0.02:  # a legato's overlap is no meeting
                both += shared
                below += shared * (pitch < other)
                least = min(least, other - pitch)
    return (below / both if both else 1.0), least


def fitting(melody: list[Span], chords: list[Span]) -> float:
    """The share of the melody's time over sounding chords in which its pitch class is one of theirs."""
    inside, both = 0.0, 0.0
    for begin, end, pitch, _ in melody:
        for instant in np.arange(begin + 0.01, end, 0.02):
            classes = {other % 12 for start, stop, other, _ in chords if start <= instant < stop}
            both += bool(classes)
            inside += pitch % 12 in classes
    return inside / both if both else 0.0


def listen(path: Path, font: str, keep: Path) -> list[str]:
    """Prints the measures; what is wrong, in words."""
    midi = mido.MidiFile(path)
    names = [track.name for track in midi.tracks[1:]]
    levels = {"whole": measure(render(midi, font, keep / "whole.wav"))}
    for name in names:
        levels[name] = measure(render(alone(midi, name), font, keep / f"{name.lower()}.wav"))
    print(f"{path}: {midi.tracks[0].name}, {midi.length:.1f} s")
    for name, level in levels.items():
        print(
            f"{name:14s} peak {level.peak:6.1f} dBFS   rms {level.rms:6.1f} dBFS   clipped {level.clipped:3d} frames"
            f"   longest pause {level.pause:4.2f} s"
        )
    notes = {name: spans(midi, name) for name in names}
    for name, found in notes.items():
        if found:
            pitches = [pitch for _, _, pitch, _ in found]
            speeds = [velocity for _, _, _, velocity in found]
            print(f"{name:14s} {len(found):4d} notes, pitches {min(pitches)}-{max(pitches)}, velocities "
                  f"{min(speeds)}-{max(speeds)}")  # fmt: skip
    melody, chords, bass = (notes.get(name, []) for name in ("Melody", "Accompaniment", "Bass"))
    share, least = under(bass, melody)
    crossing, _ = under(chords, melody)
    if bass:
        chordal = f"chords under it {crossing:.1%}"
        print(f"bass under the melody {share:.1%} of the time, {least} semitones at least; {chordal}")
    for name in ("Melody", "Response"):
        if chords and notes.get(name):
            share_in = fitting(notes[name], chords)
            print(f"the {name.lower()} lies in the sounding chord {share_in:.1%} of the time")
    return faults(levels, share, band=bool(bass and chords) or bool(notes.get("Response")))


def faults(levels: dict[str, Level], share: float, *, band: bool) -> list[str]:
    found = [f"{name} clips" for name, level in levels.items() if level.clipped]
    if levels["whole"].pause > LONGEST_PAUSE:
        found.append(f"silence for {levels['whole'].pause:.1f} s")
    if not band:
        found.append("the band does not play")
    if share < 1.0:
        found.append(f"the bass is above the melody {1 - share:.1%} of the time")
    if levels["Bass"].rms >= levels["Melody"].rms:
        found.append("the bass is louder than the melody")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("take", type=Path, nargs="?", default=Path("demo.mid"))
    parser.add_argument("--soundfont", default=next((font for font in FONTS if Path(font).is_file()), FONTS[0]))
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the sound files here")
    args = parser.parse_args()
    if shutil.which("fluidsynth") is None or not Path(args.soundfont).is_file():
        print("needs FluidSynth and a sound font: apt-get install fluidsynth fluid-soundfont-gm", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        if args.keep:
            args.keep.mkdir(parents=True, exist_ok=True)
        wrong = listen(args.take, args.soundfont, args.keep or Path(folder))
    print("\n".join(f"WRONG: {fault}" for fault in wrong) or "nothing wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(unread(main))
