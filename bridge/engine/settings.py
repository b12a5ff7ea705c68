"""The settings of one player: values of the parameters, checked."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bridge.engine.parameters import ANY, AT_BAR, BY_NAME, PARAMETERS, SHARED, Parameter
from bridge.music.errors import WireError

__all__ = ["ANY", "AT_BAR", "PARAMETERS", "SHARED", "Parameter", "Settings"]


def _defaults() -> dict[str, float | int | str]:
    return {parameter.name: parameter.default for parameter in PARAMETERS}


@dataclass(slots=True)
class Settings:
    """The values of one player's parameters."""

    values: dict[str, float | int | str] = field(default_factory=_defaults)

    def check(self, name: str, value: float | int | str) -> float | int | str:
        """The value that a parameter would have; raises WireError where name or value do not fit."""
        parameter = BY_NAME.get(name)
        if parameter is None:
            raise WireError(f"there is no parameter {name!r}; `get *` lists them")
        if name == "denominator" and value not in (1, 2, 4, 8, 16, 32):
            raise WireError(f"denominator is 1, 2, 4, 8, 16 or 32, not {value!r}")
        return parameter.check(value)

    def set(self, name: str, value: float | int | str) -> float | int | str:
        """Change a parameter and return what it became; raises WireError where name or value do not fit."""
        self.values[name] = self.check(name, value)
        return self.values[name]

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
