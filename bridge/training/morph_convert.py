"""The morph model as two LiteRT files, and the proof that they say what the networks say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bridge.generators.morph_model import DECODE, DECODE_FILE, ENCODE, ENCODE_FILE, MorphModel, views
from bridge.generators.morph_phrase import CLASSES, STEPS, Note, Phrase, key_of, tokens_of
from bridge.music.errors import ModelError
from bridge.music.timeline import Meter
from bridge.music.vocabulary import GENRES, PLACE_WIDTH, STEP_TICKS, place_features
from bridge.training import morph_network as network
from bridge.training.convert import TOLERANCE, lite
from bridge.training.loop import ExportError

Tensor = Any
PARITY_PHRASES = 12  # of up to four pieces each: more than 64 pieces' steps are compared
METERS = (Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(2, 4), Meter(5, 4), Meter(12, 8))


def encoded(weights: network.Weights, *values: Tensor) -> dict[str, Tensor]:
    """A piece in the latent space, as the exported file answers it, given ENCODE's inputs in order."""
    return dict(zip(ENCODE[1], network.encode(weights, *values), strict=True))


def decoded(weights: network.Weights, *values: Tensor) -> dict[str, Tensor]:
    """A piece from its latent vector, given DECODE's inputs in order."""
    given = dict(zip(DECODE[0], values, strict=True))
    latent, wish = given.pop("latent"), given.pop("wish")
    return dict(zip(DECODE[1], network.free(weights, latent, given, wish), strict=True))


def convert(weights: network.Weights, facts: dict[str, Any]) -> dict[str, bytes]:
    """Encoder and decoder of one piece, weights as constants."""
    fixed = network.Weights(*(tf.constant(w) for w in weights))
    shapes = {
        "classes": ((1, STEPS), tf.int32),
        "before": ((1,), tf.int32),
        "place": ((1, STEPS, PLACE_WIDTH), tf.float32),
        "valid": ((1, STEPS), tf.float32),
        "latent": ((1, fixed.mean.shape[1]), tf.float32),
        "genre": ((1,), tf.int32),
        "scale": ((1, 12), tf.float32),
        "noise": ((1,), tf.float32),
        "wish": ((1, STEPS, CLASSES), tf.float32),
    }

    def file(answer: Any, names: tuple[str, ...]) -> bytes:
        return lite(lambda *values: answer(fixed, *values), [tf.TensorSpec(*shapes[n], name=n) for n in names])

    return {ENCODE_FILE: file(encoded, ENCODE[0]), DECODE_FILE: file(decoded, DECODE[0])}


def card(weights: network.Weights) -> dict[str, Any]:
    """What playing needs to know."""
    return {"latent": int(weights.mean.shape[1]), "temperature": 1.0}


def parity(weights: network.Weights, folder: Path, seed: int = 0) -> float:
    """The largest difference over random phrases. Raises ExportError if a class differs or a value by TOLERANCE."""
    random = np.random.default_rng(seed)
    try:
        model = MorphModel.load(folder)
    except ModelError as error:
        raise ExportError(str(error)) from error
    worst = 0.0
    for number in range(PARITY_PHRASES):
        phrase = random_phrase(METERS[number % len(METERS)], 4, random)
        tokens, _ = tokens_of(phrase)
        for view in views(phrase, tokens, key_of(tokens)):
            worst = max(worst, _difference(weights, model, view, number % (len(GENRES) + 1) - 1, random))
            if not worst < TOLERANCE:
                raise ExportError(f"phrase {number}: the exported files are {worst:.2g} away from the network")
    return worst


def _difference(
    weights: network.Weights, model: MorphModel, view: Any, genre: int, random: np.random.Generator
) -> float:
    """The largest difference in one piece. Raises ExportError if a class differs."""
    steps = range(view.piece.first, view.piece.first + STEPS)
    place = np.array([[place_features(view.spot(step)) for step in steps]], np.float32)
    valid = (np.arange(STEPS)[None] < view.piece.steps).astype(np.float32)
    before = np.array([view.before], np.int32)
    latent, noise = random.standard_normal(model.latent).astype(np.float32), float(random.random())
    wish = random.gumbel(size=(STEPS, CLASSES)).astype(np.float32)
    classes, logits = model.decode(view, latent, noise, wish, before=view.before, genre=genre)
    scale = np.array([view.key.steps], np.float32)
    mean = encoded(weights, *map(tf.constant, (view.classes[None], before, place, valid)))["mean"]
    values = (
        latent[None],
        before,
        place,
        np.array([genre], np.int32),
        scale,
        np.array([noise], np.float32),
        wish[None],
    )
    said = decoded(weights, *map(tf.constant, values))
    if (said["classes"].numpy()[0] != classes).any():
        raise ExportError("the exported file decides otherwise than the network; not written")
    pairs = (model.encode(view), mean[0]), (logits, said["logits"][0])
    return max(float(np.abs((ours - theirs.numpy()) / (1 + np.abs(ours))).max()) for ours, theirs in pairs)


def random_phrase(meter: Meter, bars: int, random: np.random.Generator) -> Phrase:
    """A phrase of random notes on the grid of sixteenths."""
    notes, tick, end = [], 0, bars * meter.bar
    while tick < end:
        ticks = min(end - tick, STEP_TICKS * int(random.choice([1, 2, 2, 4])))
        if random.random() < 0.85:
            notes.append(Note(tick, ticks, int(random.integers(55, 80)), 90))
        tick += ticks
    return Phrase(tuple(notes), meter, bars)
