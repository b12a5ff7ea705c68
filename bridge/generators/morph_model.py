"""A trained morph model from a folder: variations of a phrase, and what lies between two phrases.

Rules: the model holds weights and no state; what it answers depends on (card, phrase, dial, seed, genre) and nothing
else. A phrase keeps its length and meter. Dial 0 is the phrase itself, exactly; a seed walks in one direction whatever
the dial, so turning the dial slowly changes the music slowly. A phrase longer than a piece is morphed piece by piece in
one direction of noise, so what repeats in it repeats in its variation. Needs numpy and the LiteRT runtime, and imports
the latter only when a model is opened; never TensorFlow. Not for two threads at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import acos, sin, sqrt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.generators.card import card_of, content_of, require
from bridge.generators.lite import Lite
from bridge.generators.model import gumbel
from bridge.generators.morph_dial import allowed, arc_at, firmness, noise_at, temperature_at
from bridge.generators.morph_phrase import (
    CLASSES,
    SPAN,
    STEPS,
    Key,
    Note,
    Phrase,
    PhraseError,
    Piece,
    classes_of,
    key_of,
    phrase_of,
    pieces,
    reference,
    spot,
    tokens_of,
    tokens_of_classes,
)
from bridge.music.errors import ModelError
from bridge.music.timeline import Meter
from bridge.music.vocabulary import FIRST_ONSET, GENRES, HOLD, PLACE_WIDTH, REST, Spot, place_features

Floats = NDArray[np.float32]
Array = NDArray[Any]

KIND = "morph"
ENCODE_FILE, DECODE_FILE = "encode.tflite", "decode.tflite"
ENCODE = ("classes", "before", "place", "valid"), ("mean", "spread")
DECODE = ("latent", "before", "place", "genre", "scale", "noise", "wish"), ("classes", "logits")
BETWEEN = 0.5  # noise that the decoder is told of between two phrases: no phrase lies exactly there
CALM = 0.3  # temperature between two phrases


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A piece of a line as the networks take it: relative to a key, padded to STEPS."""

    piece: Piece
    meter: Meter
    tokens: Array  # (piece.steps,)
    classes: Array  # (STEPS,) int32
    before: int  # class of the note that sounds into it, REST for none
    key: Key
    centre: int

    def spot(self, step: int) -> Spot:
        """The place in its bar of a step of the phrase."""
        return spot(self.meter, step)


class MorphModel:
    """Two networks: one hears a piece of a phrase as a latent vector, one says a piece from such a vector."""

    def __init__(self, encode: bytes, decode: bytes, card: dict[str, Any]) -> None:
        self.card = card
        self.latent = int(card["latent"])
        self._encode = Lite(encode, *ENCODE)
        self._decode = Lite(decode, *DECODE)

    @classmethod
    def load(cls, folder: Path) -> MorphModel:
        """Open a model folder. Raises ModelError if it is missing, corrupt, or made for another version."""
        card = card_of(folder, KIND)
        require(folder, card, ("latent",))
        encode, decode = (content_of(folder, card, name) for name in (ENCODE_FILE, DECODE_FILE))
        try:
            return cls(encode, decode, card)
        except (ValueError, RuntimeError, KeyError, TypeError) as error:
            text = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"{folder} cannot be opened ({text}); install the model again") from error

    def vary(
        self, phrase: Phrase, dial: float, *, seed: int, genre: int = -1, home: Floats | None = None
    ) -> Phrase:  # fmt: skip
        """A variation: dial 0 gives the phrase back, near 0 almost the same, 1 is free. Equal seeds, equal variations.

        `genre` is a place in vocabulary.GENRES, -1 for none; `home`, (128,), is added to the logits of the last note's
        pitches. Raises ValueError if the dial is outside 0-1.
        """
        if not 0 <= dial <= 1:
            raise ValueError(f"the dial goes from 0 to 1, not to {dial}")
        tokens, owners = tokens_of(phrase)
        if dial == 0 or not (tokens >= FIRST_ONSET).any():
            return phrase
        key, bounds = key_of(tokens), _bounds(tokens)
        draws = gumbel(2 * seed, STEPS * CLASSES).reshape(STEPS, CLASSES) * temperature_at(dial)
        direction, noise = direction_of(seed, self.latent), noise_at(dial)
        line = tokens.copy()
        for view in views(phrase, tokens, key):
            latent = sqrt(1 - noise**2) * self.encode(view) + noise * direction
            wish = draws + allowed(view.tokens, key, view.centre, dial, bounds)
            wish += firmness(view.classes, phrase.meter, view.piece.first, dial)
            self._say(view, line, latent, noise, wish, genre, home)
        return phrase_of(line, owners, phrase)

    def between(self, one: Phrase, other: Phrase, steps: int, *, seed: int = 0, genre: int = -1) -> list[Phrase]:
        """`steps` phrases (2 or more) that lead from one phrase, the first of them, to the other, the last.

        Raises PhraseError unless both have the same meter and number of bars.
        """
        if (one.meter, one.bars) != (other.meter, other.bars):
            raise PhraseError("two phrases can only be mixed in one meter and length: give both the same bars")
        if steps < 2:
            raise PhraseError(f"from one phrase to another takes 2 phrases at least, not {steps}")
        ends = _ends(one, other)
        if ends is None:
            return [one] * (steps - 1) + [other]
        draws = gumbel(2 * seed, STEPS * CLASSES).reshape(STEPS, CLASSES) * CALM
        found = [one]
        for share in np.linspace(0, 1, steps)[1:-1].tolist():
            near = ends[int(share > 0.5)]
            line = near.tokens.copy()
            for number, view in enumerate(near.views):
                places = [self.encode(end.views[number]) for end in ends]
                latent = slerp(places[0], places[1], arc_at(share))
                wish = draws + allowed(view.tokens, view.key, view.centre, 0, near.bounds)
                self._say(view, line, latent, BETWEEN, wish, genre)
            found.append(phrase_of(line, near.owners, near.phrase))
        return [*found, other]

    def _say(
        self, view: View, line: Array, latent: Array, noise: float, wish: Array, genre: int, home: Floats | None = None
    ) -> None:  # fmt: skip
        """Write a piece into the line; `home` is for the last note of the line's last piece."""
        first, steps = view.piece
        sounding = sounding_at(line, first)
        before = int(classes_of(np.array([sounding]), view.centre)[0])
        classes, logits = self.decode(view, latent, noise, wish, before=before, genre=genre)
        if home is not None and first + steps == len(line):
            classes = _closed(classes, logits + wish, steps, home[np.clip(_pitches(view), 0, 127)])
        said = tokens_of_classes(classes[:steps], view.centre)
        same = classes[:steps] == view.classes[:steps]
        line[first : first + steps] = np.where(same, view.tokens, said)  # a pitch heard an octave nearer goes back

    def encode(self, view: View) -> Floats:
        """The mean of a piece in the latent space, (latent,)."""
        place, valid = _grid(view.meter, view.piece.first, view.piece.steps)
        mean, _ = self._encode(view.classes[None], np.array([view.before], np.int32), place, valid)
        return np.asarray(mean[0])

    def decode(
        self, view: View, latent: Array, noise: float, wish: Array, *, before: int, genre: int
    ) -> tuple[Array, Floats]:
        """Classes (STEPS,) and logits (STEPS, CLASSES) of a piece in the view's place and key.

        At every step the class is said whose logit + wish (STEPS, CLASSES) is highest; `noise`, 0-1, is what the
        latent vector (latent,) holds of it; `before` is the class of the note that sounds into the piece, or REST.
        """
        place, _ = _grid(view.meter, view.piece.first, view.piece.steps)
        classes, logits = self._decode(
            np.asarray(latent, np.float32)[None],
            np.array([before], np.int32),
            place,
            np.array([genre if 0 <= genre < len(GENRES) else -1], np.int32),
            np.array([view.key.steps], np.float32),
            np.array([noise], np.float32),
            np.asarray(wish, np.float32)[None],
        )
        return classes[0], logits[0]


def _pitches(view: View) -> Array:
    """The pitches that a view's onset classes stand for, low to high."""
    return np.arange(view.centre - SPAN, view.centre + SPAN + 1)


def _closed(classes: Array, scores: Array, steps: int, home: Array) -> Array:
    """The classes (STEPS,) of a piece with the pitch of its last onset, if there is one, chosen again with a wish."""
    onsets = np.flatnonzero(classes[:steps] >= FIRST_ONSET)
    if not len(onsets):
        return classes
    closed, last = classes.copy(), int(onsets[-1])
    closed[last] = FIRST_ONSET + int(np.argmax(scores[last, FIRST_ONSET:] + home))
    return closed


class _End(NamedTuple):
    """One of two phrases, on the way between them."""

    phrase: Phrase
    tokens: Array
    owners: Array
    bounds: tuple[int, int]
    views: list[View]


def _ends(one: Phrase, other: Phrase) -> tuple[_End, _End] | None:
    """Two phrases heard in the key that holds the notes of both, or else each in its own; None without any note.

    The way from one key to another thus leads through the first until half-way, and then through the second.
    """
    lines = [tokens_of(phrase) for phrase in (one, other)]
    tokens = [line for line, _ in lines]
    both = np.concatenate(tokens)
    if not (both >= FIRST_ONSET).any():
        return None
    keys = [key_of(line if (line >= FIRST_ONSET).any() else both) for line in tokens]
    joint = key_of(both)
    if {int(token - FIRST_ONSET) % 12 for token in both if token >= FIRST_ONSET} <= joint.scale:
        keys = [joint, joint]
    bounds = _bounds(both)
    first, last = (
        _End(phrase, line, owners, bounds, list(views(phrase, line, key, both if key == joint else line)))
        for phrase, (line, owners), key in zip((one, other), lines, keys, strict=True)
    )
    return first, last


def views(phrase: Phrase, tokens: Array, key: Key, among: Array | None = None) -> Iterator[View]:
    """The pieces of a line that have a note, in the octave of their own notes or of all of `among`."""
    for piece in pieces(phrase.meter, phrase.bars):
        part = tokens[piece.first : piece.first + piece.steps]
        if among is None and not (part >= FIRST_ONSET).any():
            continue
        centre = reference(part if among is None else among, key.tonic)
        classes = np.full(STEPS, REST, np.int32)
        classes[: piece.steps] = classes_of(part, centre)
        before = int(classes_of(np.array([sounding_at(tokens, piece.first)]), centre)[0])
        yield View(piece, phrase.meter, part, classes, before, key, centre)


def sounding_at(tokens: Array, step: int) -> int:
    """The onset token of the note that sounds just before a step, REST for none."""
    for token in tokens[:step][::-1].tolist():
        if token != HOLD:
            return int(token)
    return REST


def direction_of(seed: int, latent: int) -> Floats:
    """The direction in which a seed walks, (latent,): standard normal draws."""
    random = np.random.Generator(np.random.Philox(key=(2 * seed + 1) % 2**128))
    return random.standard_normal(latent).astype(np.float32)


def slerp(one: Floats, other: Floats, share: float) -> Floats:
    """The vector at `share`, 0-1, of the arc between two (Shoemake 1985; White, Sampling generative networks, 2016)."""
    cosine = float(one @ other) / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-9)
    angle = acos(min(1.0, max(-1.0, cosine)))
    if sin(angle) < 1e-4:
        return np.asarray((1 - share) * one + share * other, np.float32)
    return np.asarray((sin((1 - share) * angle) * one + sin(share * angle) * other) / sin(angle), np.float32)


def _bounds(tokens: Array) -> tuple[int, int]:
    pitches = tokens[tokens >= FIRST_ONSET] - FIRST_ONSET
    return int(pitches.min()), int(pitches.max())


@lru_cache(maxsize=64)
def _grid(meter: Meter, first: int, steps: int) -> tuple[Floats, Floats]:
    """Place features (1, STEPS, PLACE_WIDTH) from a step of a phrase on, and which of them are in the piece."""
    places = [place_features(spot(meter, first + step)) for step in range(STEPS)]
    valid = (np.arange(STEPS) < steps).astype(np.float32)
    return np.array(places, np.float32).reshape(1, STEPS, PLACE_WIDTH), valid[None]


__all__ = ["MorphModel", "Note", "Phrase", "PhraseError", "View", "direction_of", "slerp", "views"]
