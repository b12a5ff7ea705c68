"""Controls: what a player's knobs and buttons do, and the learning of it.

Rule 1. A control change of one number belongs to one target: a parameter, whose range the control spans; a parameter
with a value, `mode:respond`, which is set when the control is pressed; or an action, which is carried out then.
Rule 2. A press is a rise to PRESSED or above; a second one needs a fall first. A knob acts only where it means another
value than before, so that a flood of the same is answered once.
Rule 3. What a player learns lies over the jam's bindings: the control leaves what it did, the target leaves the control
that it hung on. Numbers from MODE_MESSAGES on are no controls (MIDI 1.0 Detailed Specification 4.2, "Channel Mode
Messages") and are never bound; the sustain pedal is passed over by learning, since it goes down while one plays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bridge.engine.parameters import ACTIONS, BY_NAME
from bridge.engine.presets import Presets, Word, spelt, suggestion
from bridge.music.errors import WireError
from bridge.music.events import Control, Do, Set

MODE_MESSAGES: Final = 120  # all sound off, local control, all notes off ...
SUSTAIN: Final = 64
PRESSED: Final = 64  # of 0-127, as the specification reads switches
PLAYERS: Final = 128  # whose hands and bindings are remembered; twice the seats
UNBOUND: Final = -1  # as the number of a target that no control is bound to
UNBINDABLE: Final = ("learn", "denominator")  # half of a knob's way would be no meter

Bindings = Mapping[int, "Target"]  # control number -> what it does


@dataclass(frozen=True, slots=True)
class Target:
    """What a control does; `value` is set at a press, None: the parameter follows the control."""

    name: str
    value: Word | None = None

    def __str__(self) -> str:
        value = self.value if isinstance(self.value, str | None) else f"{self.value:g}"
        return self.name if value is None else f"{self.name}:{value}"

    @property
    def pressed(self) -> bool:
        """Whether it acts at a press."""
        return self.value is not None or self.name in ACTIONS

    def meaning(self, value: int, presets: Presets) -> Word:
        """What a control at 0-127 says; for what is pressed, 1 or 0."""
        if self.pressed:
            return int(value >= PRESSED)
        if self.name == "preset":
            return presets.names[min(len(presets.names) - 1, value * len(presets.names) // 128)]
        return BY_NAME[self.name].at(value / 127)


def target(text: str, presets: Presets) -> Target:
    """The target of that name: `temperature`, `mode:respond`, `mutate`. Raises WireError, which says what is close."""
    name, colon, value = text.partition(":")
    if not colon and name in ACTIONS:
        return Target(name)
    if name not in BY_NAME or name == "learn":
        known = [*BY_NAME, *ACTIONS]
        raise WireError(f"a control can be bound to a parameter or an action, not to {text!r}{suggestion(name, known)}")
    if not colon and name in UNBINDABLE:
        raise WireError(f"{name} has no range for a knob; bind a value of it, such as {name}:4")
    if not colon:
        return Target(name)
    return Target(name, presets.check(value) if name == "preset" else spelt(name, value))


def check_number(number: int) -> int:
    """The number of a control that can be bound. Raises WireError."""
    if not 0 <= number < MODE_MESSAGES:
        raise WireError(f"a control's number is 0 to {MODE_MESSAGES - 1}, not {number}")
    return number


class Controls:
    """The bindings of all players, and where their controls stand."""

    def __init__(self, common: Bindings | None = None, learned: Mapping[int, Bindings] | None = None) -> None:
        self.changes = 0  # bindings learned, so that who keeps them sees that there is something new
        self._common = dict(common or {})
        self._learned = {player: dict(bindings) for player, bindings in (learned or {}).items()}
        self._hands: dict[int, dict[int, int]] = {}  # player -> number -> value, the latest player last

    def bindings(self, player: int) -> dict[int, Target]:
        """What a player's controls do, by number."""
        own = self._learned.get(player, {})
        taken = set(own.values())
        both = {number: what for number, what in self._common.items() if what not in taken} | own
        return dict(sorted(both.items()))

    def learned(self) -> dict[int, dict[int, Target]]:
        """What each player has learned: a copy."""
        return {player: dict(sorted(bindings.items())) for player, bindings in sorted(self._learned.items())}

    def number(self, player: int, what: Target) -> int:
        """The first control that is bound to a target; UNBOUND where none is."""
        return next((number for number, each in self.bindings(player).items() if each == what), UNBOUND)

    def bind(self, player: int, number: int, value: int, what: Target) -> list[Target]:
        """Bind a control, which stands at `value`; the targets whose binding that has changed, the new one last."""
        before = self.bindings(player).get(number)
        own = self._learned.pop(player, {})
        kept = {each: other for each, other in own.items() if other != what}
        self._learned[player] = kept | {number: what}
        while len(self._learned) > PLAYERS:
            del self._learned[next(iter(self._learned))]
        self._moved(player, number, value)
        self.changes += 1
        return [what] if before in (None, what) else [before, what]

    def turn(self, event: Control, presets: Presets) -> Set | Do | None:
        """What a player asks for by moving a control; None where that changes nothing."""
        before = self._moved(event.player, event.number, event.value)
        what = self.bindings(event.player).get(event.number)
        if what is None or event.number >= MODE_MESSAGES:
            return None
        meant = what.meaning(event.value, presets)
        known = (0 if what.pressed else None) if before is None else what.meaning(before, presets)
        if meant == known or (what.pressed and not meant):
            return None
        if what.name in ACTIONS and what.value is None:
            return Do(event.player, what.name)
        return Set(event.player, what.name, meant if what.value is None else what.value)

    def _moved(self, player: int, number: int, value: int) -> int | None:
        """Where a control stood before, None where that is not known."""
        hands = self._hands.pop(player, {})
        self._hands[player] = hands
        if len(self._hands) > PLAYERS:
            del self._hands[next(iter(self._hands))]
        before = hands.get(number)
        hands[number] = value
        return before
