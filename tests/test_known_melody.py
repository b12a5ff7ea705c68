"""What every event would earn at once: the same as the rules say of a piece that goes on with it."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.generators.note_events import EVENTS, FIRST, HOLD
from bridge.training.known_melody import known
from bridge.training.rewards_melody import BY_BEAT, REWARDS

STEPS = 24
MEANS = (0.1, -0.2, 0.05)  # that `balance` works against
NAMES = sorted(set(REWARDS) - {"intervals"})


def pieces(beat: int) -> np.ndarray:
    """Pieces of all sorts: anything, few pitches, leaps to and fro, a bar that comes again."""
    random = np.random.default_rng(beat)
    anything = random.integers(EVENTS, size=(4, STEPS))
    few = random.integers(FIRST, FIRST + 5, size=(4, STEPS))
    held = np.where(random.random((4, STEPS)) < 0.6, HOLD, few + 12)
    wide = random.choice([FIRST, FIRST + 4, FIRST + 12, FIRST + 20, FIRST + 30, HOLD], size=(4, STEPS))
    again = np.tile(random.integers(FIRST, EVENTS, size=(4, 2 * beat)), (1, 4))[:, :STEPS]
    return np.concatenate([anything, few, held, wide, again, 0 * few, 0 * few + 1]).astype(np.int32)


@pytest.mark.parametrize("beat", [4, 6])
def test_every_event_earns_what_the_rule_gives(beat: int) -> None:
    events = pieces(beat)
    found = known(events, beat, MEANS)
    more = {name: {"beat": beat} for name in BY_BEAT} | {"balance": {"means": MEANS}}
    assert sorted(found) == NAMES
    earning = dict.fromkeys(NAMES, 0)
    for step in range(STEPS):
        begun = np.repeat(events[:, : step + 1], EVENTS, axis=0)
        begun[:, step] = np.tile(np.arange(EVENTS), len(events))
        whole = np.pad(begun, [(0, 0), (0, STEPS - step - 1)])  # `tonic` counts from the end
        for name in NAMES:
            want = REWARDS[name](whole, **more.get(name, {}))[:, step]  # type: ignore[operator]
            assert found[name][:, step].ravel() == pytest.approx(want, abs=1e-9), (name, step)
            earning[name] += int(np.count_nonzero(want))
    assert all(earning.values()), earning


def test_what_was_played_earned_what_it_earned() -> None:
    events = pieces(4)
    for name, amounts in known(events).items():
        played = np.take_along_axis(amounts, events[..., None].astype(int), axis=2)[..., 0]
        assert played == pytest.approx(REWARDS[name](events), abs=1e-9), name
