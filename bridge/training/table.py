"""Tables of the report, in Markdown that a terminal shows well: aligned columns, a dash where there is no figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bridge.training.tally import COUNTED

Figures = dict[str, Any]

OVERALL = (
    ("note_in_chord_share", "note-in-chord ratio, share of the human one [goal: .82]"),
    ("note_in_chord_ratio", "note-in-chord ratio"),
    ("note_in_chord_share_silence_missed", "the share, silence under a note counted as a miss"),
    ("chord_length_entropy", "chord-length entropy, nats (sixteenths, 33 and more in one bin)"),
    ("chord_length_entropy_minus_human", "the same, minus the human one [goal: within .3]"),
    ("chord_length_entropy_in_beats", "the same in beats"),
    ("chord_length_emd_beats", "chord lengths, distance to the human ones in beats"),
    ("onset_interval_emd_x1000", "onset intervals, distance to the human ones x 1000"),
    ("pitch_classes_per_chord", "pitch classes per chord [goal: 3.0-3.5]"),
    ("distinct_chords_per_tune", "distinct chords per tune"),
    ("distinct_chords_share", "the same, share of the human number"),
    ("chord_changes_per_beat", "chord changes per beat"),
    ("changes_on_bar_lines_share", "chord changes on bar lines"),
    ("longest_chord_beats", "longest chord of a tune, beats"),
    ("repeated_chord_share", "beats on a chord that has lasted over 4 beats"),
    ("long_chord_share", "chords longer than 32 sixteenths"),
    ("silence_share", "time without a chord"),
    ("falling_fifth_share", "root changes that fall a fifth"),
    ("beats_on_the_human_root_share", "beats on the root that the human chose"),
    ("last_beat_on_the_human_root_share", "tunes whose last beat judged is on the human's root"),
)
BASS = (
    ("root_on_strong_beats_share", "strong beats on the root"),
    ("chord_tone_on_strong_beats_share", "strong beats on a chord tone"),
    ("parallel_fifths_per_100_moves", "parallel fifths with the melody, per 100 moves"),
    ("parallel_octaves_per_100_moves", "parallel octaves with the melody, per 100 moves"),
    ("pitch_interval_emd_semitones", "intervals, distance to human basses (semitones)"),
    ("onset_gap_emd_sixteenths", "times between notes, distance to human basses (sixteenths)"),
    ("repeated_note_share", "notes that repeat the last"),
    ("notes_per_beat", "notes per beat"),
    ("rest_share", "time at rest"),
    ("lowest_pitch", "lowest pitch"),
    ("pitch_5_percent", "pitch below which 5 % of the notes lie"),
    ("pitch_median", "median pitch"),
    ("pitch_95_percent", "pitch above which 5 % of the notes lie"),
    ("highest_pitch", "highest pitch"),
)
PLAYER = (
    ("onset_pitch_top_1", "next onset's pitch, top 1"),
    ("onset_pitch_top_5", "top 5"),
    ("bits_per_onset", "bits per onset, all steps"),
    ("bits_at_onsets", "bits at onsets"),
    ("pitch_bits_at_onsets", "of these, pitch"),
    ("bits_at_holds_and_rests", "bits at holds and rests"),
    ("bits_per_step", "bits per step"),
)
NAMES = {
    "random_triads": "random triads",
    "rule_every_second_beat": "rule, every 2nd beat",
    "rule_every_beat": "rule, every beat",
    "one_beat": "a beat late",
    "one_bar": "a bar late",
    "own_accompaniment": "the model's own",
    "human_accompaniment": "the human's",
    "no_accompaniment": "none",
    "online_maximum_likelihood": "Online MLE",
    "realchords": "ReaLchords",
    "realchords_multi_scale": "ReaLchords-M",
    "offline_maximum_likelihood": "Offline MLE",
}


def cell(value: Any) -> str:
    """A figure as text: three digits, whole numbers whole, a dash for none."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value)


def grid(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """A Markdown table with aligned columns, the first to the left and the others to the right."""
    body = [[str(row[0]), *map(cell, row[1:])] for row in rows]
    widths = [max(len(line[i]) for line in [list(header), *body]) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        first, *rest = cells
        padded = [first.ljust(widths[0]), *(text.rjust(width) for text, width in zip(rest, widths[1:], strict=True))]
        return "| " + " | ".join(padded) + " |"

    rule = "| " + " | ".join(["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]) + " |"
    return [line(header), rule, *map(line, body)]


def name(key: str) -> str:
    """A key as people read it."""
    return NAMES.get(key, key.replace("_", " "))


def by_column(keys: Sequence[tuple[str, str]], columns: dict[str, Figures]) -> list[str]:
    """Figures down, players across; the last column says how many tunes counted for the first player's figure."""
    counted = next(iter(columns.values())).get(COUNTED, {})
    rows = [[text, *(figures.get(key) for figures in columns.values()), counted.get(key)] for key, text in keys]
    return grid(["", *map(name, columns), "tunes"], rows)


GROUPED = (
    ("note_in_chord_share", "share"),
    ("note_in_chord_ratio", "ratio"),
    ("chord_length_entropy", "entropy"),
    ("pitch_classes_per_chord", "classes"),
    ("distinct_chords_per_tune", "distinct"),
    ("chord_changes_per_beat", "changes"),
    ("repeated_chord_share", "repeated"),
    ("chord_length_emd_beats", "length EMD"),
    ("changes_on_bar_lines_share", "on bar lines"),
    ("onset_interval_emd_x1000", "onset EMD"),
    ("silence_share", "silence"),
)
OF_HUMANS = ("note_in_chord_ratio", "chord_length_entropy", "pitch_classes_per_chord", "distinct_chords_per_tune",
             "chord_changes_per_beat", "changes_on_bar_lines_share", "repeated_chord_share",
             "silence_share")  # fmt: skip


def by_group(parts: dict[str, Figures]) -> list[str]:
    """Groups of tunes down, figures across, `ours / human` where both were measured."""
    rows = []
    for group, figures in parts.items():
        theirs = figures.get("human", {})
        row: list[Any] = [name(group), figures.get("tunes")]
        for key, _ in GROUPED:
            both = f"{cell(figures.get(key))} / {cell(theirs.get(key))}" if key in OF_HUMANS else figures.get(key)
            row.append(both)
        rows.append(row)
    return grid(["", "tunes", *(text for _, text in GROUPED)], rows)


def data_lines(data: Figures) -> list[str]:
    """What was judged, and what was not."""
    lines = [
        f"{data.get('records', 0)} records: {data.get('judged', 0)} judged, {data.get('skipped', 0)} could not be used,"
        f" {data.get('without_melody', 0)} without melody, {data.get('left_for_training', 0)} of other splits."
        f" Of those judged {data.get('without_chords', 0)} have no chords and {data.get('without_bass', 0)} no bass."
    ]
    for kind in ("splits", "genres", "meters", "sources", "genres_that_no_model_knows", "sources_that_no_model_saw"):
        if data.get(kind):
            each = ", ".join(f"{key} {count}" for key, count in data[kind].items())
            lines.append(f"* {kind.replace('_', ' ')}: {each}")
    usual = ("files", "records", "judged", "skipped", "without_melody", "left_for_training", "without_chords",
             "without_bass")  # fmt: skip
    for key, value in data.items():
        if isinstance(value, int) and value and key not in usual:
            lines.append(f"* {key.replace('_', ' ')}: {value}")
    lines += [f"* left out: {each['where']}: {each['why']}" for each in data.get("skipped_records", [])]
    return lines


def accompaniment_lines(figures: Figures) -> list[str]:
    """Chords."""
    columns = {"model": figures, "human": figures.get("human", {})} | figures.get("baselines", {})
    lines = [*by_column(OVERALL, columns), ""]
    published = figures.get("published_on_other_data", {}).get("note_in_chord_share", {})
    if published:
        each = ", ".join(f"{name(key)} {round(100 * value)} %" for key, value in published.items())
        lines += [f"Published shares, on other data (Hooktheory; Wu et al., ICML 2024): {each}.", ""]
    for group, title in {"genres": "By genre", "splits": "By split", "sources_by_rights": "By rights"}.items():
        if figures.get(group):
            lines += [f"{title} (model / human):", "", *by_group(figures[group]), ""]
    return lines + _sets(figures) + _starts(figures) + _blind(figures)


def _sets(figures: Figures) -> list[str]:
    sets = figures.get("weight_sets", {})
    if len(sets) < 2:
        return []
    genres = sorted({genre for each in sets.values() for genre in each.get("genres", {})})
    rows = [["all", *(each.get("note_in_chord_share") for each in sets.values()),
             *(each.get("chord_length_entropy_minus_human") for each in sets.values())]]  # fmt: skip
    for genre in genres:
        here = [each["genres"].get(genre, {}) for each in sets.values()]
        rows.append([genre, *(h.get("note_in_chord_share") for h in here),
                     *(h.get("chord_length_entropy_minus_human") for h in here)])  # fmt: skip
    header = ["", *(f"{s}: share" for s in sets), *(f"{s}: entropy - human" for s in sets)]
    return ["Every weight set on every tune:", "", *grid(header, rows), ""]


def _starts(figures: Figures) -> list[str]:
    curves = {name: figures.get("start", {}).get(name, {}) for name in ("cold", "primed")}
    curves["jump"] = figures.get("jump", {})
    keys = [key for key in curves["cold"] if key.startswith("beats_") and key[6].isdigit()]
    if not keys:
        return []
    rows = [[key[6:].replace("_", "-"), *(each.get(key) for each in curves.values())] for key in keys]
    counted = curves["cold"].get(COUNTED, {})
    rows = [[*row, counted.get(key)] for key, row in zip(keys, rows, strict=True)]
    header = [
        *("share in beats", "cold start", "8 beats of human harmony first", "tune jumps 6 semitones at beat 17"),
        "tunes",
    ]
    back = curves["jump"].get("beats_to_90_percent_of_before")
    text = "not back within the beats shown" if back is None else f"back after {back} beats"
    note = f"After the jump: {text} (four beats on average at 90 % of the eight before it)."
    return [*grid(header, rows), "", note, ""]


def _blind(figures: Figures) -> list[str]:
    parts = figures.get("blind", {})
    if not parts:
        return []
    keys = [row for row in OVERALL if row[0] in ("note_in_chord_share", "chord_length_entropy_minus_human",
            "pitch_classes_per_chord", "distinct_chords_per_tune", "chord_changes_per_beat")]  # fmt: skip
    tunes = parts["not_blind"].get("tunes")
    return [f"The melody reaches the model late ({tunes} tunes):", "", *by_column(keys, parts), ""]


def bass_lines(figures: Figures) -> list[str]:
    """Bass."""
    columns = {"model": figures} | {each: figures.get(each, {}) for each in ("human", "root_on_every_beat")}
    lines = [*by_column(BASS, columns), ""]
    keys = [row for row in BASS if row[0] in ("root_on_strong_beats_share", "chord_tone_on_strong_beats_share",
            "parallel_fifths_per_100_moves", "parallel_octaves_per_100_moves", "repeated_note_share",
            "notes_per_beat")]  # fmt: skip
    rows = []
    for genre, each in figures.get("genres", {}).items():
        theirs = each.get("human", {})
        rows.append([genre, *(f"{cell(each.get(key))} / {cell(theirs.get(key))}" for key, _ in keys)])
    short = ("root", "chord tone", "par. fifths", "par. octaves", "repeats", "notes a beat")
    return [*lines, "By genre (model / human):", "", *grid(["", *short], rows), ""] if rows else lines


def player_lines(figures: Figures) -> list[str]:
    """Foreseeing the player."""
    contexts = {key: figures.get(key, {}) for key in ("own_accompaniment", "human_accompaniment", "no_accompaniment")}
    tunes = contexts["own_accompaniment"].get("tunes")
    rows = [["the model's own", *(figures.get(k) for k, _ in PLAYER), figures.get("onsets")]]
    rows += [[f"{tunes} tunes: {name(key)}", *(each.get(k) for k, _ in PLAYER), each.get("onsets")]
             for key, each in contexts.items()]  # fmt: skip
    rows += [[f"own, {genre}", *(each.get(k) for k, _ in PLAYER), each.get("onsets")]
             for genre, each in figures.get("genres", {}).items()]  # fmt: skip
    bare = figures.get("tunes_without_human_chords", {})
    if bare.get("onsets"):
        rows.append(["own, tunes without chords", *(bare.get(k) for k, _ in PLAYER), bare.get("onsets")])
    return [*grid(["accompaniment as context", *(text for _, text in PLAYER), "onsets"], rows), ""]
