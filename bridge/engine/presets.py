"""Presets: named sets of values, switchable while the band plays.

Rule 1. A preset is checked as a whole when it is loaded, so that taking one never fails halfway.
Rule 2. A preset changes what it names and nothing else. `off` puts back what the last one changed to what the player
began with.
Rule 3. What a player begins with are layers, each over the one before: `[settings]`, `[player.N]`, the command line.
The last layer that names a preset decides which one; the preset lies below that layer's own values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bridge.engine.parameters import BY_NAME, OFF, PARAMETERS, SHARED
from bridge.engine.settings import Settings
from bridge.music.errors import WireError
from bridge.music.events import EVERYONE

Word = float | int | str
Values = Mapping[str, Word]
LONGEST: Final = 40  # characters of a preset's name: with a parameter's name it fits into a string of the protocol
ASKED: Final = ("preset", "learn", "tempo", "link")  # are asked for, and cannot stand in a preset


def suggestion(word: str, known: Sequence[str]) -> str:
    """`; did you mean ...?` where a known word is close, else nothing."""
    from difflib import get_close_matches  # takes milliseconds to load, and nobody waits for it but who erred

    close = get_close_matches(word, known, 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def fitted(name: str, value: object) -> Word:
    """A value from a file in its parameter's type: true is 1 for a switch, 8 is the word `8` where words are meant.

    Raises WireError.
    """
    parameter = BY_NAME.get(name)
    if parameter is None:
        raise WireError(f"there is no parameter {name!r}{suggestion(name, list(BY_NAME))}")
    if isinstance(value, bool):
        if parameter.choices or not isinstance(parameter.default, int) or (parameter.low, parameter.high) != (0, 1):
            raise WireError(f"{name} is no switch: {str(value).lower()} does not fit")
        value = int(value)
    if isinstance(value, int) and str(value) in parameter.choices:
        value = str(value)
    if not isinstance(value, float | int | str):
        raise WireError(f"{name} is one number or one word, not {value!r}")
    return Settings().check(name, value)


def spelt(name: str, text: str) -> Word:
    """A value as it is typed on a command line, or after a colon. Raises WireError."""
    parameter = BY_NAME.get(name)
    if parameter is None or isinstance(parameter.default, str):
        return fitted(name, text)
    try:
        number = float(text)
    except ValueError:
        return fitted(name, text)
    return fitted(name, int(number) if number.is_integer() else number)


def checked(values: Mapping[str, object]) -> dict[str, Word]:
    """A preset's values in the table's order. Raises WireError at the first that does not fit."""
    for name in values:
        if name in ASKED:
            raise WireError(f"{name} cannot stand in a preset")
    found = {name: fitted(name, value) for name, value in values.items()}
    return {parameter.name: found[parameter.name] for parameter in PARAMETERS if parameter.name in found}


def check_name(name: str) -> None:
    """Raises WireError for what cannot be a preset's name."""
    if name == OFF or not 0 < len(name) <= LONGEST or not name.isprintable() or ":" in name:
        raise WireError(f"{name!r} cannot be a preset's name: 1 to {LONGEST} characters, no colon, not `{OFF}`")


@dataclass(frozen=True, slots=True)
class Presets:
    """The presets there are, and what players begin with."""

    named: Mapping[str, Values] = field(default_factory=dict)
    layers: Sequence[tuple[int, Values]] = ()  # player, 0 for everyone; the later ones lie above
    defaults: Values = field(default_factory=dict)  # below all: what a model was made for

    @property
    def names(self) -> tuple[str, ...]:
        """What `preset` may be set to."""
        return (OFF, *self.named)

    def check(self, name: object) -> str:
        """A name of `names`. Raises WireError."""
        if not isinstance(name, str) or name not in self.names:
            close = suggestion(name, self.names) if isinstance(name, str) else ""
            raise WireError(f"there is no preset {name!r}; there are: {', '.join(self.names)}{close}")
        return name

    def change(self, before: str, name: str, player: int) -> dict[str, Word]:
        """What a player's values become by taking a preset after `before`, in the table's order. Raises WireError."""
        if self.check(name) != OFF:
            return dict(self.named[name])
        bare = self._bare(player)
        return {each: bare.get(each, BY_NAME[each].default) for each in self.named.get(before, {})}

    def beginning(self, player: int) -> dict[str, Word]:
        """What a player begins with beside the jam's own values; for 0 what the jam itself begins with."""
        layers = [values for whose, values in self.layers if whose in (EVERYONE, player)]
        naming = [values for values in layers if "preset" in values]
        found = dict(self.defaults)
        for values in layers:
            if naming and values is naming[-1]:
                found |= self.named.get(str(values["preset"]), {})
            found |= values
        return found if player == EVERYONE else {name: found[name] for name in found if name not in SHARED}

    def _bare(self, player: int) -> dict[str, Word]:
        """What a player would begin with if no layer named a preset."""
        found = dict(self.defaults)
        for whose, values in self.layers:
            found |= values if whose in (EVERYONE, player) else {}
        return found
