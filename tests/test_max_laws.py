"""Laws of the devices: whatever happens on a stage, no note hangs, ticks never go back, only the protocol is spoken."""

from itertools import pairwise
from random import Random

import pytest

from bridge.music.events import Position
from tests.maxmachine import Loaded
from tests.maxstudio import Studio
from tests.test_max_play import TUNE

STEPS = 40


def act(random: Random, studio: Studio, improv: Loaded, voice: Loaded) -> None:
    """Something that a person, a host, or a machine does."""
    match random.randrange(14):
        case 0 | 1 | 2:
            studio.play(improv, random.sample(TUNE, 3), 0.5)
        case 3 | 4:
            studio.host(playing=not studio.machine.transport.playing)
        case 5:
            studio.host(song=float(random.randrange(32) * 480))
        case 6:
            begin = random.randrange(8) * 480.0
            studio.host(loop=random.choice([None, (begin, begin + random.choice([480.0, 1920.0, 3840.0]))]))
        case 7:
            studio.host(tempo=random.choice([40.0, 90.0, 133.3, 240.0]))
        case 8:
            studio.host(meter=random.choice([(3, 4), (4, 4), (6, 8), (7, 8)]))
        case 9:
            studio.kill()
            studio.run(random.choice([0.3, 2.0, 3.5]))
            studio.revive(generation=random.randrange(1, 500))
        case 10:
            improv.move("Slot", random.choice([1, 1, 2]))
        case 11:
            random.choice([improv, voice]).switch(random.randrange(2))
        case 12:
            improv.move(random.choice(["Panic", "Stop", "Enter", "End Call", "Mutate", "Now", "Keep"]))
        case 13:
            name = random.choice(["Mute Input", "Chords", "Bass", "Response", "Loop", "Solo"])
            improv.move(name, random.randrange(2))
            improv.move("Mode", random.randrange(6))
            improv.move("Play Here", random.randrange(6))
            voice.move("Voice", random.randrange(6))


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_no_note_hangs(seed: int) -> None:
    random = Random(seed)
    studio = Studio(shuffled=seed)
    improv, voice = studio.improv(), studio.voice()
    studio.run(0.5)
    studio.host(playing=True)
    for _ in range(STEPS):
        act(random, studio, improv, voice)
        studio.run(random.choice([0.01, 0.1, 0.4, 0.8]))
    studio.kill()
    studio.run(3.2)
    assert (improv.held(), voice.held()) == (set(), set())
    positions = [event for event in studio.got(Position) if isinstance(event, Position)]
    assert all(a.tick <= b.tick for a, b in pairwise(positions)), "ticks go back"
    assert studio.refused == []
    assert len(positions) > 100
