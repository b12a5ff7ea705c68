"""Chance: every random choice has a number that names it, so that a jam can be played again."""


def key(seed: int, player: int, tick: int) -> int:
    """A number that names one random choice: the same seed, player and tick give the same (splitmix64)."""
    z = (seed * 0x9E3779B97F4A7C15 + player * 0xD1B54A32D192ED03 + tick + 0x632BE59BD9B4E019) & (2**64 - 1)
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
    return z ^ (z >> 31)
