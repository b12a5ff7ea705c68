"""`improv evaluate`: the exported model plays along held-out tunes, free-running from a cold start, and is measured.

It hears the melody strictly before each sixteenth and its own past; nothing is primed. The baselines are judged by the
same code on the same tunes. Bits per event, on the human past, are printed too; they prove nothing about playing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bridge.generators.model import AccompanimentModel, Heard, State
from bridge.generators.shelf import DEFAULT, folder
from bridge.music.errors import ModelError
from bridge.music.vocabulary import FIRST_ONSET, HOLD, NO_CHORD, REST, Spot
from bridge.training.baselines import random_triads, rule
from bridge.training.corpus import CLEAN, CorpusError, Tune, read, transposed_chords, transposed_line
from bridge.training.measures import BEATS, Performance, bass_line, harmony, human, note_in_chord

STEPS = 4 * BEATS
FOREIGN = ("nottingham", "tuneworks", "oldtime_rjl20", "pop909", "rs200")
"""Sources that the default model never learned from and that carry melody and chords: how far it carries."""
Player = Callable[[Tune], Performance]
Report = dict[str, Any]
Stretches = tuple[tuple[int, int], ...]


def spots(tune: Tune) -> list[Spot]:
    """Where each step lies."""
    return [Spot(int(s), int(n), int(d)) for s, n, d in tune.spots]


def perform(model: AccompanimentModel, tune: Tune, temperature: float, seed: int) -> Performance:
    """What the model plays to a tune; the key of a step's draws is (seed, step)."""
    state, token, chords, bass = model.start(), REST, [], []
    for step, spot in enumerate(spots(tune)[:STEPS]):
        state, decision = model.step(state, Heard(token, spot), temperature=temperature, random=seed * 100_003 + step)
        token = int(tune.melody[step])
        chords.append(decision.chord)
        bass.append(decision.bass)
    return Performance(tune, np.array(chords), np.array(bass))


def bits(model: AccompanimentModel, tunes: Sequence[Tune]) -> dict[str, float]:
    """Bits per chord decision and per melody step (hold, rest or pitch class), the model being fed the human past."""
    chord_bits, melody_bits = [], []
    for tune in tunes:
        played, state, token = human(tune, STEPS), model.start(), REST
        for step, spot in enumerate(spots(tune)[:STEPS]):
            state, decision = model.step(state, Heard(token, spot), temperature=1.0, random=step)
            token, chord = int(tune.melody[step]), int(played.chords[step])
            event = token if token < FIRST_ONSET else 2 + (token - FIRST_ONSET) % 12
            melody_bits.append(-np.log2(max(1e-9, float(decision.melody_chances[event]))))
            if spot.on_beat and chord != NO_CHORD:
                chord_bits.append(-np.log2(max(1e-9, float(decision.chord_chances[chord]))))
            state = forced(state, chord, int(played.bass[step]) if len(played.bass) else -1)
    return {"chord_bits": float(np.mean(chord_bits)), "melody_bits": float(np.mean(melody_bits))}


def forced(state: State, chord: int, bass: int) -> State:
    """The state after a step at which a human's chord, and bass token if any, sounded instead of the model's own."""
    memory = state.memory.copy()
    same = memory[0, 2] == chord
    memory[0, 2] = chord
    memory[0, 3] = memory[0, 3] if same else 1
    if bass >= FIRST_ONSET:
        memory[0, 4:7] = bass - FIRST_ONSET, 1, 1
    elif bass in (HOLD, REST):
        memory[0, 5] = memory[0, 5] if bass == HOLD else 0
    return State(state.lstm, state.profile, memory, state.history)


COLD_START = ((0, 8), (8, 32), (32, BEATS))
SHIFT = ((8, 16), (16, 20), (20, 24), (24, 32))
"""Stretches of beats, from and up to."""


def shifted(tune: Tune) -> Tune:
    """The tune, human chords and all, six semitones up from beat 17 on (the perturbation of Wu et al., ICML 2024)."""
    edges = np.flatnonzero(tune.decisions)
    later = np.arange(tune.steps) >= (edges[16] if len(edges) > 16 else tune.steps)
    sounding = np.where(later & (tune.sounding >= 0), (tune.sounding + 6) % 12, tune.sounding)
    melody = np.where(later, transposed_line(tune.melody, 6), tune.melody)
    chords = np.where(later, transposed_chords(tune.chords, 6), tune.chords)
    return replace(tune, sounding=sounding, melody=melody, chords=chords)


def adaptation(player: Player, tunes: Sequence[Tune]) -> dict[str, float]:
    """The share before and after a tune jumps to the farthest key at beat 17: how soon a player follows."""
    moved = [shifted(tune) for tune in tunes]
    return share_by_beat([player(t) for t in moved], [human(t, STEPS) for t in moved], SHIFT)


def share_by_beat(
    played: Sequence[Performance], theirs: Sequence[Performance], stretches: Stretches = COLD_START
) -> dict[str, float]:
    """Note-in-chord ratio as a share of the human one in stretches of beats."""
    shares = {}
    for first, last in stretches:
        ratios = []
        for performances in (played, theirs):
            parts = [_part(p, first, last) for p in performances if len(p.beats) > first + 1]
            ratios.append(float(np.nanmean([note_in_chord(p) for p in parts])) if parts else float("nan"))
        shares[f"share_beats_{first + 1}_{last}"] = ratios[0] / ratios[1]
    return shares


def _part(played: Performance, first: int, last: int) -> Performance:
    """The same with chords silenced outside these beats, so that they do not count."""
    edges = [*played.beats.tolist(), len(played.chords)]
    chords = np.full_like(played.chords, NO_CHORD)
    part = slice(edges[first], edges[min(last, len(edges) - 1)])
    chords[part] = played.chords[part]
    return Performance(played.tune, chords, played.bass)


def judge(player: Player, tunes: Sequence[Tune]) -> dict[str, Any]:
    """Every measure of a player on these tunes, overall, beside the human, and the share by genre."""
    played, theirs = [player(tune) for tune in tunes], [human(tune, STEPS) for tune in tunes]
    ours, reference = harmony(played), harmony(theirs)
    genres = sorted({tune.genre.split("/")[0] for tune in tunes})
    figures: dict[str, Any] = dict(ours)
    figures["share"] = ours["note_in_chord"] / reference["note_in_chord"]
    figures["covered_share"] = ours["note_covered"] / reference["note_covered"]
    figures["distinct_share"] = ours["distinct"] / reference["distinct"]
    figures["length_entropy_distance"] = ours["length_entropy"] - reference["length_entropy"]
    figures |= share_by_beat(played, theirs)
    figures["bass"] = bass_line(played)
    figures["genres"] = {}
    for genre in genres:
        chosen = [i for i, tune in enumerate(tunes) if tune.genre.split("/")[0] == genre]
        here, there = harmony([played[i] for i in chosen]), harmony([theirs[i] for i in chosen])
        figures["genres"][genre] = here | {
            "share": here["note_in_chord"] / there["note_in_chord"],
            "distinct_share": here["distinct"] / there["distinct"],
            "human_length_entropy": there["length_entropy"],
        }
    return figures


def players(model: AccompanimentModel, temperature: float, seed: int) -> dict[str, Player]:
    """The model, the human, and what the model must beat."""
    random = np.random.default_rng(seed)
    return {
        "model": lambda tune: perform(model, tune, temperature, seed),
        "human": lambda tune: human(tune, STEPS),
        "random triads": lambda tune: random_triads(tune, STEPS, random),
        "rule, every 2nd beat": lambda tune: rule(tune, STEPS, 2),
        "rule, every beat": lambda tune: rule(tune, STEPS, 1),
    }


def evaluate(model: AccompanimentModel, data: Path, temperature: float, seed: int, *, baselines: bool) -> Report:
    """Figures by part: valid, test (kinds it learned), foreign (valid and test of sources that it never saw)."""
    tunes = [t for t in read(data, CLEAN, ("valid", "test")) if (t.chords >= 0).any()]
    parts = {split: [t for t in tunes if t.split == split] for split in ("valid", "test")}
    there = [source for source in FOREIGN if list(data.glob(f"*_{source}.jsonl.gz"))]
    parts["foreign"] = [t for t in read(data, there, ("valid", "test")) if (t.chords >= 0).any()]
    report: dict[str, Any] = {"temperature": temperature, "seed": seed}
    for part, chosen in parts.items():
        if chosen:
            judged = players(model, temperature, seed)
            names = [name for name in judged if baselines or name == "model"]
            report[part] = {name: judge(judged[name], chosen) for name in names}
            report[part]["model"]["shifted"] = adaptation(judged["model"], chosen)
            report[part]["model"] |= bits(model, chosen) if part != "foreign" else {}
    return report


COLUMNS = {
    "share": "share",
    "note_in_chord": "ratio",
    "length_entropy": "len.ent.",
    "pitch_classes": "classes",
    "distinct": "distinct",
    "distinct_share": "of human",
    "changes_a_beat": "changes",
    "silent": "silent",
    "share_beats_1_8": "beats 1-8",
}


def table(report: dict[str, Any]) -> str:
    """The report as plain text."""
    lines = []
    for part in ("valid", "test", "foreign"):
        if part not in report:
            continue
        tunes = report[part]["model"]["tunes"]
        lines += ["", f"{part}: {tunes} tunes, free-running, temperature {report['temperature']}"]
        lines.append(f"  {'':22}" + "".join(f"{title:>10}" for title in COLUMNS.values()))
        rows = list(report[part].items())
        rows += [(f"model: {genre}", row) for genre, row in report[part]["model"]["genres"].items()]
        for name, row in rows:
            cells = (f"{row[key]:>10.3f}" if key in row else f"{'':>10}" for key in COLUMNS)
            lines.append(f"  {name:22}" + "".join(cells))
        for who in ("model", "human"):
            bass = report[part].get(who, {}).get("bass")
            if bass:
                lines.append(f"  bass, {who}: " + ", ".join(f"{key} {value:.2f}" for key, value in bass.items()))
        own = report[part]["model"]
        moved = ", ".join(f"{key.removeprefix('share_')} {value:.3f}" for key, value in own["shifted"].items())
        lines.append(f"  share if the tune jumps six semitones at beat 17: {moved}")
        if "chord_bits" in own:
            lines.append(
                f"  bits on the human past: {own['chord_bits']:.2f} a chord, {own['melody_bits']:.2f} a melody step"
            )
    return "\n".join(lines[1:])


def main(argv: list[str]) -> int:
    """`improv evaluate`: 0 with figures printed, 1 if the data or the model cannot be used."""
    parser = argparse.ArgumentParser(
        prog="improv evaluate",
        description="Let a model play along held-out tunes from a cold start, and measure how well it fits.",
        epilog="examples: improv evaluate --data DIR; improv evaluate --data DIR --model out/model --json",
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of tunes, {tier}_{source}.jsonl.gz")
    parser.add_argument(
        "--model", default=DEFAULT, help="a model's name or folder (default: %(default)s)"
    )
    parser.add_argument("--temperature", type=float, help="of the draws (default: the model's own)")
    parser.add_argument("--seed", type=int, default=0, help="of the draws (default: %(default)s)")
    parser.add_argument("--only-model", action="store_true", help="skip the baselines")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args(argv)
    try:
        model = AccompanimentModel.load(folder(args.model))
        temperature = model.temperature if args.temperature is None else args.temperature
        report = evaluate(model, args.data, temperature, args.seed, baselines=not args.only_model)
    except (ModelError, CorpusError) as error:
        print(f"improv evaluate: {error}", file=sys.stderr)
        return 1
    print(json.dumps(report) if args.json else table(report))
    return 0
