"""Chords told from notes, and chord symbols of other notations brought into ours.

Method: on every beat each of the 96 chords is scored by how the sounding time falls on its notes, the bass counting
extra; Viterbi finds the best sequence, in which a change costs (T. Fujishima, ICMC 1999, for the templates; A. Sheh
and D. Ellis, ISMIR 2003, for the sequence).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bridge.corpus.score import Note
from bridge.music.harmony import NO_CHORD, QUALITIES, Chord, pitch_class

Array = NDArray[np.float64]

MEMBERS = {"root": 1.0, "third": 1.0, "fifth": 0.8, "seventh": 0.75}
FOREIGN = -0.75  # a sixteenth of sounding that the chord does not have, beside +1 for one that it has
BASS = 0.35  # what it is worth that the lowest note is the root
RARE = {"maj": 0.0, "min": 0.0, "7": 0.05, "maj7": 0.12, "min7": 0.1, "dim": 0.1, "aug": 0.2, "sus": 0.2}
CHANGE = 0.45  # what a change costs; higher holds chords longer. Within a bar
AT_BAR = 0.25  # on a bar line
NAMES = [(root, quality) for root in range(12) for quality in QUALITIES]


def _templates() -> Array:
    rows = np.full((len(NAMES), 12), FOREIGN)
    for row, (root, quality) in zip(rows, NAMES, strict=True):
        for weight, interval in zip(MEMBERS.values(), QUALITIES[quality], strict=False):
            row[(root + interval) % 12] = weight
    return rows


TEMPLATES = _templates()  # (96, 12)
ROOTS = np.array([root for root, _ in NAMES])
PRICES = np.array([RARE[quality] for _, quality in NAMES])


def estimate(notes: Sequence[Note], beats: Sequence[float], bars: set[float]) -> list[tuple[float, str]]:
    """Chord changes told from all the notes of a piece, on the given beats; N where nothing sounds for a bar."""
    if not beats or not notes:
        return []
    chroma, lowest = _heard(notes, beats)
    total = chroma.sum(axis=1, keepdims=True)
    fit = (chroma / np.maximum(total, 1e-9)) @ TEMPLATES.T - PRICES  # (beats, 96)
    fit += BASS * (lowest[:, None] % 12 == ROOTS[None, :]) * (lowest[:, None] >= 0)
    fit[total[:, 0] == 0] = 0.0
    path = _viterbi(fit, np.array([AT_BAR if beat in bars else CHANGE for beat in beats]))
    changes: list[tuple[float, str]] = []
    for index, beat in enumerate(beats):
        root, quality = NAMES[path[index]]
        symbol = Chord(root, quality, _bass(root, quality, int(lowest[index]))).symbol
        if index and path[index] == path[index - 1]:
            continue
        changes.append((beat, symbol))
    return changes


def _heard(notes: Sequence[Note], beats: Sequence[float]) -> tuple[Array, NDArray[np.int64]]:
    """The sounding time of each pitch class in each beat, (beats, 12), and the pitch that is lowest, -1 for none."""
    edges = np.array([*beats, max(beats[-1] + 4, max(onset + duration for onset, duration, _ in notes))])
    chroma = np.zeros((len(beats), 12))
    lowest = np.full(len(beats), 999)
    for onset, duration, pitch in notes:
        first = max(0, int(np.searchsorted(edges, onset + 0.01, side="right")) - 1)
        for beat in range(first, len(beats)):
            start, stop = max(onset, edges[beat]), min(onset + duration, edges[beat + 1])
            if stop - start <= 0.01:
                break
            chroma[beat, pitch % 12] += stop - start
            if start - edges[beat] < 1.0:
                lowest[beat] = min(lowest[beat], pitch)
    return chroma, np.where(lowest == 999, -1, lowest)


def _viterbi(fit: Array, cost: Array) -> list[int]:
    """The best row of states where any change costs the same; `cost` is that of changing at each beat."""
    score, came = fit[0], np.zeros(fit.shape, np.int64)
    for index in range(1, len(fit)):
        best = int(score.argmax())
        moved = score[best] - cost[index]
        came[index] = np.where(score >= moved, np.arange(len(score)), best)
        score = np.maximum(score, moved) + fit[index]
    path = [int(score.argmax())]
    for index in range(len(fit) - 1, 0, -1):
        path.append(int(came[index, path[-1]]))
    return path[::-1]


def _bass(root: int, quality: str, lowest: int) -> int:
    """The pitch class that the symbol names as its bass: the lowest note where it is of the chord, else the root."""
    inside = lowest >= 0 and (lowest - root) % 12 in QUALITIES[quality]
    return lowest % 12 if inside else root


SYMBOL = re.compile(r"^([A-Ga-g])([#b♯♭]?)([^/]*)(?:/([A-Ga-g])([#b♯♭]?))?")
SHAPES = (
    (r"^(maj|ma|M|Δ|j)-?(7|9|11|13)|^Δ$|^(6/)?maj", "maj7"),
    (r"^(m|mi|min|-)(aj|M|maj|ma)7", "min"),
    (r"^(m|mi|min|-)7-?(b|-|♭)5|^ø|^h|^o|^dim|^°|^(m|mi|min|-)\(?(b|♭)5", "dim"),
    (r"^(m|mi|min|-)(7|9|11|13)", "min7"),
    (r"^(m|mi|min|-)(6|add|/|$|\()", "min"),
    (r"^\+7|^aug|^\+|^7?\(?#5|^7\+", "aug"),
    (r"^(7|9|11|13)?sus|^4$", "sus"),
    (r"^dom|^7|^9|^11|^13", "7"),
    (r"^$|^6|^maj$|^major$|^M$|^5|^add|^2|^\(|^ma$|^/", "maj"),
)  # the first that matches; what a name says beyond our eight qualities is dropped
KINDS = {"major": "maj", "minor": "min"}


def symbol_of(text: str) -> str | None:
    """Our symbol of a chord as lead sheets write it (`F#m7/C#`), N for `N.C.`; None for what names no chord."""
    text = text.strip()
    if re.fullmatch(r"(?i)n\.?\s?c\.?|n|no ?chord", text):
        return NO_CHORD
    found = SYMBOL.match(text)
    if found is None:
        return None
    letter, sign, rest, bass, bass_sign = found.groups()
    rest = rest.strip()
    if letter.islower():
        rest = rest or "m"  # ABC tune books write a minor chord in a small letter
    quality = "maj" if rest == "maj" else KINDS.get(rest) or next(
        (name for shape, name in SHAPES if re.search(shape, rest)), None
    )  # fmt: skip
    if quality is None:
        return None
    root = _class(letter, sign)
    return Chord(root, quality, _class(bass, bass_sign) if bass else root).symbol


def _class(letter: str, sign: str) -> int:
    """The pitch class of a letter and its sign."""
    return pitch_class(letter.upper() + sign.replace("♯", "#").replace("♭", "b"))

