"""What the melody model must beat: Markov chains of order 1-5 with back-off, and "repeat the last bar".

A chain backs off by interpolation (Witten and Bell, 1991; the smoothing of IDyOM's models, Pearce 2005): what a context
of order n says is mixed with what order n - 1 says, down to a uniform law. Symbols do not change with transposition.
Three ways to describe the past are tried for each of the three questions (when, how long, what pitch) and judged apart;
"best" takes the best answer to each, so that the model is not compared with a straw man.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.generators.melody_notes import HALF_LIVES, LEAP_ECHOES, LEAPS, LENGTH_CLASSES, WAIT_CLASSES, WAIT_ECHOES
from bridge.training.baselines import MAJOR, MINOR
from bridge.training.melody_lines import Line

Array = NDArray[Any]
ORDERS = 5
CLASSES = {"when": WAIT_CLASSES, "length": LENGTH_CLASSES, "pitch": LEAPS}
WAYS = ("notes", "streams", "places")
"""Ways to describe the past: whole notes (leap and wait together); waits for waits and leaps for leaps; the latter with
the place in the bar and the degree of the last note in the key heard so far."""
_PRIME = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Table:
    """How often each symbol followed each context of one order."""

    pairs: Array  # (pairs,) sorted hashes of context and symbol
    counts: Array  # (pairs,)
    contexts: Array  # (contexts,) sorted hashes
    totals: Array  # (contexts,) symbols that followed
    kinds: Array  # (contexts,) different symbols that followed


def truth(line: Line, question: str) -> Array:
    """What came, (notes - 1,) classes."""
    return {"when": line.waits, "length": line.lengths, "pitch": line.leaps}[question]


def degrees(line: Line) -> Array:
    """The last note's degree in the key that correlates best with what was heard, and its mode, (notes - 1,) 0-23."""
    heard = line.floats[: len(line.waits), 12 * (len(HALF_LIVES) - 1) : 12 * len(HALF_LIVES)].astype(np.float32)
    keys = np.stack([np.roll(p - p.mean(), -degree) for p in (MAJOR, MINOR) for degree in range(12)])
    keys = keys / np.linalg.norm(keys, axis=1, keepdims=True)
    best: Array = np.argmax(heard @ keys.T, axis=1)
    return best


def past_of(line: Line, question: str, way: str) -> Array:
    """Hashes of the contexts of order 0, 1 ... ORDERS, (ORDERS + 1, notes - 1)."""
    rows = len(line.waits)
    leaps, waits = (line.heard[:rows, column].astype(np.uint64) + np.uint64(1) for column in (0, 1))
    alone = leaps if question == "pitch" else waits
    past = leaps * np.uint64(64) + waits if way == "notes" else alone
    base = np.zeros(rows, np.uint64)
    if question == "length" or (question == "pitch" and way != "streams"):
        base = _mixed(base, line.waits.astype(np.uint64))
    hashes = [np.zeros(rows, np.uint64) if way == "notes" else base]
    if way == "places":
        base = _mixed(base, _places(line, question))
        if question == "pitch":
            base = _mixed(base, degrees(line).astype(np.uint64))
    for back in range(ORDERS):
        base = _mixed(base, np.concatenate([np.zeros(min(back, rows), np.uint64), past[: max(0, rows - back)]]))
        hashes.append(base)
    return np.stack(hashes)


def _places(line: Line, question: str) -> Array:
    """The place in the bar: of the note, or for its pitch that of the next."""
    ints = line.ahead[:, 2:4] if question == "pitch" else line.heard[: len(line.waits), 3:5]
    kind = line.heard[: len(line.waits), 5:7].astype(np.uint64)
    place = ints.astype(np.uint64) @ np.array([18, 1], np.uint64) * np.uint64(16)
    hashed: Array = place + kind @ np.array([2, 1], np.uint64)
    return hashed


def _mixed(hashes: Array, more: Array) -> Array:
    """A hash of 64 bits of a hash and a number; collisions are rarer than the tunes are long."""
    with np.errstate(over="ignore"):
        value = (hashes ^ (more + np.uint64(0x632BE59BD9B4E019))) * _PRIME
        return value ^ (value >> np.uint64(29))


class Chain:
    """One question, one way to describe the past: tables of every order, made from the training lines."""

    def __init__(self, lines: Sequence[Line], question: str, way: str) -> None:
        self.question, self.way = question, way
        contexts = np.concatenate([past_of(line, question, way) for line in lines], axis=1)
        symbols = np.concatenate([truth(line, question) for line in lines]).astype(np.uint64)
        self.tables = [_table(contexts[order], symbols) for order in range(ORDERS + 1)]

    def chances(self, line: Line) -> list[Array]:
        """What every order 1 ... ORDERS gives each symbol, (notes - 1, classes) each."""
        classes, contexts = CLASSES[self.question], past_of(line, self.question, self.way)
        mixed = np.full((len(line.waits), classes), 1 / classes)
        found = []
        for table, hashes in zip(self.tables, contexts, strict=True):
            pairs = _mixed(hashes[:, None], np.arange(classes, dtype=np.uint64)[None, :])
            counts = _looked_up(table.pairs, table.counts, pairs)
            totals = _looked_up(table.contexts, table.totals, hashes)[:, None]
            kinds = _looked_up(table.contexts, table.kinds, hashes)[:, None]
            mixed = np.where(totals > 0, (counts + kinds * mixed) / np.maximum(totals + kinds, 1), mixed)
            found.append(mixed)
        return found[1:]


def remembering(line: Line, question: str, way: str, usual: Array, orders: int = 3) -> Array:
    """Chances that also learn from the tune itself as it goes: its own counts, backed off to the `usual` chances.

    What IDyOM calls a short-term model; (notes - 1, classes) like `usual`.
    """
    contexts, symbols = past_of(line, question, way), truth(line, question)
    counts: dict[int, Array] = {}
    found = []
    for number, mixed in enumerate(usual):
        hashes = [int(contexts[order, number]) + order for order in range(orders + 1)]
        for key in hashes:
            own = counts.get(key)
            if own is not None:
                kinds = np.count_nonzero(own)
                mixed = (own + kinds * mixed) / (own.sum() + kinds)
        found.append(mixed)
        for key in hashes:
            counts.setdefault(key, np.zeros(usual.shape[1]))[symbols[number]] += 1
    return np.stack(found)


def _table(contexts: Array, symbols: Array) -> Table:
    pairs, first, counts = np.unique(_mixed(contexts, symbols), return_index=True, return_counts=True)
    known, where = np.unique(contexts[first], return_inverse=True)
    totals = np.bincount(where, counts, len(known))
    return Table(pairs, counts, known, totals, np.bincount(where, minlength=len(known)))


def _looked_up(keys: Array, values: Array, wanted: Array) -> Array:
    """The values of the wanted keys, 0 for those that are not there."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)


class LastBar:
    """Repeat the last bar: what came a bar ago at this place, with the share of cases in which that was right."""

    def __init__(self, lines: Sequence[Line], question: str) -> None:
        self.question = question
        symbols = np.concatenate([truth(line, question) for line in lines])
        then = np.concatenate([self._then(line) for line in lines])
        classes = CLASSES[question]
        self.usual = (np.bincount(symbols, minlength=classes) + 1) / (len(symbols) + classes)
        known = then < classes
        right = float((then == symbols)[known].mean()) if known.any() else 0.0
        self.trust = min(0.999, max(0.0, right))

    def _then(self, line: Line) -> Array:
        if self.question == "when":
            return line.heard[: len(line.waits), WAIT_ECHOES[0]].astype(np.int64)
        if self.question == "pitch":
            return line.ahead[:, LEAP_ECHOES[0]].astype(np.int64)
        return np.zeros(len(line.waits), np.int64)  # legato, as nearly all notes are

    def chances(self, line: Line) -> Array:
        """(notes - 1, classes)."""
        then, classes = self._then(line), CLASSES[self.question]
        trust = np.where(then < classes, self.trust, 0.0)[:, None]
        chances: Array = trust * (np.arange(classes)[None, :] == then[:, None]) + (1 - trust) * self.usual
        return chances
