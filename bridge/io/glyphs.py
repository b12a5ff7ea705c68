"""Big letters for a terminal: chord names and bar numbers that can be read from the other side of the room."""

from typing import Final

HEIGHT: Final = 5  # pixels

_FONT: Final = {
    "0": "### #.# #.# #.# ###",
    "1": ".#. ##. .#. .#. ###",
    "2": "### ..# ### #.. ###",
    "3": "### ..# .## ..# ###",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ### ..# ###",
    "6": "### #.. ### #.# ###",
    "7": "### ..# ..# .#. .#.",
    "8": "### #.# ### #.# ###",
    "9": "### #.# ### ..# ###",
    ".": ". . . . #",
    "-": "... ... ### ... ...",
    "A": ".##. #..# #### #..# #..#",
    "B": "###. #..# ###. #..# ###.",
    "C": ".### #... #... #... .###",
    "D": "###. #..# #..# #..# ###.",
    "E": "#### #... ###. #... ####",
    "F": "#### #... ###. #... #...",
    "G": ".### #... #.## #..# .###",
    "#": ".#.#. ##### .#.#. ##### .#.#.",
    "b": "#.. #.. ### #.# ###",
    "m": "..... ..... ####. #.#.# #.#.#",
    "a": "... ... .## #.# ###",
    "j": "..# ... ..# ..# ##.",
    "d": "..# ..# ### #.# ###",
    "i": "# . # # #",
    "u": "... ... #.# #.# ###",
    "g": "... ### #.# ### ##.",
    "s": "... .## #.. .#. ##.",
    " ": ".. .. .. .. ..",
}


def pixels(text: str) -> list[str]:
    """The text as HEIGHT lines of # and dots, letters a pixel apart; unknown letters are left out."""
    glyphs = [_FONT[letter].split() for letter in text if letter in _FONT]
    return [".".join(glyph[line] for glyph in glyphs) for line in range(HEIGHT)]


def small(text: str) -> list[str]:
    """Three lines of half blocks, a character for two pixels above each other."""
    lines = pixels(text)
    lines.append("." * len(lines[0]))
    blocks = {"..": " ", "#.": "▀", ".#": "▄", "##": "█"}
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return ["".join(blocks[up + down] for up, down in zip(upper, lower, strict=True)) for upper, lower in pairs]


def large(text: str) -> list[str]:
    """Five lines of full blocks, two characters for a pixel."""
    return [line.replace(".", "  ").replace("#", "██") for line in pixels(text)]
