"""The accompanist's table: tuned models beside untuned ones, on held-out tunes, by the code of `improv evaluate`.

The player is foreseen by a judge that neither was tuned with: the untuned model's melody head, given as its past what
the one or the other played (or silence, or what people played). It hears the same melody each time, so a difference is
what the accompaniment tells it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bridge.generators import shelf
from bridge.generators.model import AccompanimentModel
from bridge.music.errors import ModelError
from bridge.music.vocabulary import NO_CHORD, REST
from bridge.training.bass import bass_figures
from bridge.training.chords import beats_to_recover, chord_figures, share_curve
from bridge.training.corpus import CorpusError
from bridge.training.heldout import HELD, held_out
from bridge.training.judge import Judge, genre_of, has_chords, spread
from bridge.training.measures import Performance, human
from bridge.training.perform import Given, perform, shifted
from bridge.training.play import CURVE, Played, Settings, Stage, stage
from bridge.training.predict import Foresight, foresight, prediction_figures
from bridge.training.table import grid
from bridge.training.tally import rounded

Figures = dict[str, Any]
ROWS = (
    ("note_in_chord_share", "note-in-chord share of the human one"),
    ("chord_length_entropy_minus_human", "chord-length entropy minus the human one, nats"),
    ("chord_length_emd_beats", "chord lengths, distance to the human ones, beats"),
    ("onset_interval_emd_x1000", "onset intervals, distance to the human ones x 1000"),
    ("pitch_classes_per_chord", "pitch classes a chord"),
    ("distinct_chords_per_tune", "distinct chords a tune"),
    ("chord_changes_per_beat", "chord changes a beat"),
    ("changes_on_bar_lines_share", "of these on bar lines"),
    ("repeated_chord_share", "beats on a chord older than 4 beats"),
    ("falling_fifth_share", "root changes that fall a fifth"),
    ("beats_on_the_human_root_share", "beats on the human's root"),
    ("parallel_fifths_per_100_moves", "parallel fifths with the melody per 100 moves"),
    ("parallel_octaves_per_100_moves", "parallel octaves with the melody per 100 moves"),
    ("beats_to_90_percent_of_before", "beats to recover after the key jumps by 6"),
    ("bits_per_step", "judge's bits a sixteenth of the player's line"),
    ("bits_at_onsets", "judge's bits at onsets"),
)


def sets_of(tuning: str) -> dict[str, Path]:
    """The folders by set, untuned ("") or of a tuning; a set that was not tuned answers with its untuned one."""
    return {
        name: shelf.folder(shelf.tuned(shelf.named(shelf.DEFAULT, name), tuning))
        for name in (shelf.PLAIN, *shelf.sets(shelf.DEFAULT))
    }


def foreseen(judge: Judge, played: Sequence[Performance], places: Sequence[int]) -> dict[int, Foresight]:
    """How the judge's models foresee the player of the tunes at these places, given these performances for a past."""
    models = {name: AccompanimentModel.load(folder) for name, folder in judge.sets.items()}
    found, seed = {}, judge.stage.settings.seed
    for place in places:
        performance, model = played[place], models[judge.routes[place]]
        tune, watch, steps = performance.tune, foresight(performance.tune), len(performance.chords)
        given = Given(performance.chords, performance.bass, steps)
        perform(model, tune, model.temperature, seed, steps=steps, given=given, watch=watch)
        found[place] = watch
    return found


def column(court: Judge, cold: Sequence[Played], moved: Sequence[Played], seen: dict[int, Foresight],
           places: Sequence[int], long: Sequence[int]) -> Figures:  # fmt: skip
    """One player's figures over the tunes at these places."""
    ours, theirs = [cold[i].performance for i in places], [court.theirs[i] for i in places]
    figures = chord_figures(ours, theirs) | bass_figures(ours, theirs) | judged(seen, places)
    here = [(j, i) for j, i in enumerate(long) if i in set(places)]
    humans = [human(shifted(court.tunes[i]), court.stage.settings.steps) for _, i in here]
    curve = share_curve([moved[j].performance for j, _ in here], humans, CURVE)
    figures["jump_curve"] = curve
    figures["beats_to_90_percent_of_before"] = beats_to_recover(curve)
    return figures


def judged(seen: dict[int, Foresight], places: Sequence[int]) -> Figures:
    """The judge's figures over those of these places that it saw, with their number."""
    figures = prediction_figures([seen[i] for i in places if i in seen])
    return figures | {"tunes_foreseen": figures.pop("tunes")}


def compare(where: Stage, tunings: dict[str, dict[str, Path]], tunes: Sequence[Any]) -> Figures:
    """Every tuning's column, over all tunes and by genre; the first of them is the judge of foresight."""
    judge = Judge(where, next(iter(tunings.values())), tunes)
    some = spread(tunes, where.settings.context_tunes)
    long = [i for i, tune in enumerate(tunes) if int(tune.decisions.sum()) > 20]
    groups = {"all": list(range(len(tunes)))}
    for i, tune in enumerate(tunes):
        groups.setdefault(genre_of(tune), []).append(i)
        groups.setdefault(f"split {tune.split or 'none'}", []).append(i)
    report: Figures = {group: {} for group in groups}
    for name, folders in tunings.items():
        court = Judge(where, folders, tunes)
        cold, moved = court.routed("cold"), court.routed("jump", long)
        seen = foreseen(judge, [p.performance for p in cold], some)
        for group, places in groups.items():
            report[group][name] = column(court, cold, moved, seen, places, long)
    silent = [(p, len(p.chords)) for p in judge.theirs]
    quiet = [Performance(p.tune, np.full(steps, NO_CHORD), np.full(steps, REST)) for p, steps in silent]
    pasts = {"silence": foreseen(judge, quiet, some), "human": foreseen(judge, judge.theirs, some)}
    for group, places in groups.items():
        theirs = [judge.theirs[i] for i in places]
        report[group]["human"] = chord_figures(theirs, theirs) | bass_figures(theirs, theirs)
        for name, seen in pasts.items():
            report[group].setdefault(name, {}).update(judged(seen, places))
    figures: Figures = rounded(report)
    return figures


def markdown(report: Figures) -> str:
    """The table, over all tunes and by genre."""
    lines: list[str] = []
    for group, players in report.items():
        tunes = next(iter(players.values()))["tunes"]
        rows = [[text, *(figures.get(key) for figures in players.values())] for key, text in ROWS]
        lines += [f"### {group} ({tunes} tunes)", "", *grid(["", *players], rows), ""]
    return "\n".join(lines)


def main(argv: list[str]) -> int:
    """`improv tune table`: 0 with the table printed. Raises ModelError, CorpusError."""
    parser = argparse.ArgumentParser(prog="improv tune table", description="Untuned beside tuned, on held-out tunes.")
    parser.add_argument("--data", type=Path, required=True, help="tunes (docs/corpus.md)")
    parser.add_argument("--tuned", nargs="+", default=["tuned"], help="tunings, by the end of their folders' names")
    parser.add_argument("--out", type=Path, help="also write the figures there, as JSON")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--seed", type=int, default=0, help="of the draws")
    parser.add_argument("--split", choices=HELD, help="judge tunes of this split only: valid, to choose by")
    parser.add_argument("--temperature", type=float, help="of every model (default: each model's own)")
    args = parser.parse_args(argv)
    tunes = [t for t in held_out(args.data).tunes if has_chords(t) and args.split in (None, t.split)]
    if not tunes:
        raise CorpusError(f"{args.data} has no held-out tune with chords to judge; see docs/corpus.md")
    tunings = {"untuned": sets_of("")} | {name: sets_of(name) for name in args.tuned}
    if all(folders == tunings["untuned"] for folders in tunings.values()):
        raise ModelError(f"no model is tuned as {', '.join(args.tuned)}; make one with improv tune accompaniment")
    with stage(Settings(seed=args.seed, temperature=args.temperature, jobs=args.jobs)) as where:
        report = compare(where, tunings, tunes)
    if args.out:
        args.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(markdown(report))
    return 0
