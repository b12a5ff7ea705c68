"""The ear: when the hands rest, whatever the pedal, the network and a drone make of it."""

import pytest

from bridge.engine.ear import FORGET, TIRED, Ear
from bridge.music.timeline import PPQ, STEP

BAR = 4 * PPQ


def listen(ear: Ear, since: int, until: int) -> None:
    """Close the sixteenths from `since` up to and with `until`."""
    for step in range(since, until + 1, STEP):
        ear.hear(step)


def droning(until: int) -> Ear:
    """A bass key down from the beginning, and a phrase of one note that ends a beat before `until`."""
    ear = Ear()
    ear.strike(0, 36, 90)
    listen(ear, 0, until - 2 * PPQ)
    ear.strike(until - 2 * PPQ, 60, 90)
    ear.release(until - PPQ, 60)
    listen(ear, until - 2 * PPQ, until)
    return ear


def test_a_key_counts_as_played_for_two_bars_and_is_kept_for_longer() -> None:
    ear = Ear()
    ear.strike(0, 60, 90)
    listen(ear, 0, TIRED)
    assert ear.quiet is None
    listen(ear, TIRED, TIRED + PPQ)
    assert ear.quiet == TIRED
    assert ear.held == {60: 0}, "it sounds on, for the band too"
    assert ear.phrase(0, 3 * BAR)[0].ticks == 3 * BAR, "and in the call it has its whole length"


def test_a_drone_that_is_lifted_or_forgotten_does_not_make_a_phrase_longer() -> None:
    lifted, forgotten = droning(5 * BAR), droning(FORGET)
    lifted.release(5 * BAR, 36)
    listen(lifted, 5 * BAR, 6 * BAR)
    listen(forgotten, FORGET, FORGET + BAR)
    assert not lifted.held
    assert not forgotten.held
    assert (lifted.quiet, forgotten.quiet) == (5 * BAR - PPQ, FORGET - PPQ)


def test_a_note_off_that_comes_twice_under_the_pedal_changes_nothing() -> None:
    ear = Ear()
    ear.pedal(0, down=True)
    ear.strike(0, 60, 90)
    ear.release(PPQ, 60)
    listen(ear, 0, BAR)
    ear.release(BAR, 60)
    assert ear.quiet == PPQ


def test_a_note_off_from_before_the_key_came_down_lifts_it_not_under_the_pedal_either() -> None:
    ear = Ear()
    ear.pedal(0, down=True)
    ear.strike(STEP, 60, 90)
    ear.release(STEP - 20, 60)  # of the stroke before: UDP turned them round
    listen(ear, 0, BAR)
    assert ear.quiet is None
    ear.pedal(BAR, down=False)
    assert ear.held == {60: STEP}


@pytest.mark.parametrize("again", [False, True])
def test_no_note_hangs_when_the_pedal_comes_up(again: bool) -> None:
    ear = Ear()
    ear.pedal(0, down=True)
    ear.strike(0, 60, 90)
    ear.release(PPQ, 60)
    if again:
        ear.strike(2 * PPQ, 60, 90)
        ear.release(3 * PPQ, 60)
    listen(ear, 0, BAR)
    ear.pedal(BAR, down=False)
    assert not ear.held
    assert ear.quiet == (3 * PPQ if again else PPQ)
    assert [note.end for note in ear.notes] == ([2 * PPQ, BAR] if again else [BAR])
