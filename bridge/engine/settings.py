"""What a player may set: one table, from which the protocol's `set` and `get`, the README and the monitor derive."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bridge.music.errors import WireError
from bridge.music.vocabulary import GENRES

ANY = "any"  # the genre of a player who names none


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting: its range and meaning; `choices` for words, else numbers from `low` to `high`."""

    name: str
    default: float | int | str
    low: float
    high: float
    unit: str
    meaning: str
    choices: tuple[str, ...] = ()

    def check(self, value: float | int | str) -> float | int | str:
        """The value in this parameter's type; raises WireError where it does not fit."""
        if self.choices:
            if value not in self.choices:
                raise WireError(f"{self.name} is one of {', '.join(self.choices)}, not {value!r}")
            return value
        if isinstance(value, str) or not self.low <= value <= self.high:
            raise WireError(f"{self.name} is a number from {self.low:g} to {self.high:g}, not {value!r}")
        if isinstance(self.default, int):
            if value != int(value):
                raise WireError(f"{self.name} is a whole number, not {value!r}")
            return int(value)
        return float(value)


PARAMETERS = (
    Parameter(
        "mode", "accompany", 0, 0, "",
        "accompany: chords and bass under what you play; listen: hear, stay silent", ("accompany", "listen"),
    ),
    Parameter(
        "temperature", 0.6, 0.0, 2.0, "",
        "how daring the band chooses: 0 always the likeliest, 1 as it learnt; a model may bring a default of its own",
    ),
    Parameter(
        "genre", ANY, 0, 0, "",
        "what the band takes your music for: its weights, its comping, its bass; a change is heard from the next bar "
        "line on", (ANY, *GENRES),
    ),
    Parameter("accompaniment", 1, 0, 1, "", "whether the chords sound"),
    Parameter("bass", 1, 0, 1, "", "whether the bass sounds"),
    Parameter("level", 1.0, 0.0, 1.5, "", "loudness of the band, beside your own dynamics"),
    Parameter(
        "entry_bars", 1, 0, 8, "bars",
        "how long the band listens from your first note before it enters on a bar line; 0: at the next beat",
    ),
    Parameter("patience_bars", 4, 0, 64, "bars", "silence of yours after which the band falls silent too; 0: never"),
    Parameter("horizon", 4, 0, 8, "beats", "how far ahead the band plans and shows its plan"),
    Parameter(
        "lookahead_ms", 80, 5, 1000, "ms",
        "how early notes leave the engine, three quarters of a sixteenth at most; for all players",
    ),
    Parameter("numerator", 4, 1, 32, "", "meter of a clock that has none (MIDI, local); for all players"),
    Parameter("denominator", 4, 1, 32, "", "the note that meter counts: 1, 2, 4, 8, 16 or 32; for all players"),
)  # fmt: skip

SHARED = ("lookahead_ms", "numerator", "denominator")  # belong to the jam, not to one player


def _defaults() -> dict[str, float | int | str]:
    return {parameter.name: parameter.default for parameter in PARAMETERS}


@dataclass(slots=True)
class Settings:
    """The values of one player's parameters."""

    values: dict[str, float | int | str] = field(default_factory=_defaults)

    def set(self, name: str, value: float | int | str) -> float | int | str:
        """Change a parameter and return what it became; raises WireError where name or value do not fit."""
        for parameter in PARAMETERS:
            if parameter.name == name:
                if name == "denominator" and value not in (1, 2, 4, 8, 16, 32):
                    raise WireError(f"denominator is 1, 2, 4, 8, 16 or 32, not {value!r}")
                self.values[name] = parameter.check(value)
                return self.values[name]
        raise WireError(f"there is no parameter {name!r}; `get *` lists them")

    def number(self, name: str) -> float:
        """A parameter's value as a number."""
        return float(self.values[name])

    def word(self, name: str) -> str:
        """A parameter's value as a word."""
        return str(self.values[name])

    def get(self, name: str) -> Iterator[tuple[str, float | int | str]]:
        """The parameter called `name`, or all for `*`; raises WireError where there is none."""
        if name != "*" and name not in self.values:
            raise WireError(f"there is no parameter {name!r}; `get *` lists them")
        return iter([*self.values.items()] if name == "*" else [(name, self.values[name])])
