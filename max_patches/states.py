"""What a device shows of its tie to the engine, and the ports that follow from slots.

Nobody types a port number: a slot is one of a few, and two copies that claim the same one are told so.
"""

from typing import Final

from bridge.music.events import ERRORS

WAITING, CONNECTED, IN_USE, VERSION, LOST, ALONE = range(6)
STATES: Final = {
    WAITING: "Waiting for the engine",
    CONNECTED: "Connected",
    IN_USE: "Slot in use",
    VERSION: "Wrong version",
    LOST: "Engine lost",
    ALONE: "No Improv with this player",
}
ENGINE: Final = 9100  # the engine's own port
TROUBLE: Final = {
    ERRORS["bad_value"]: "value refused",
    ERRORS["no_model"]: "no model: a rule plays",
    ERRORS["late"]: "late: the computer is busy",
    ERRORS["too_fast"]: "tempo too fast to plan",
    ERRORS["host_leads"]: "Live leads the tempo",
    ERRORS["no_call"]: "no call to end",
    ERRORS["no_response"]: "nothing to mutate yet",
}  # by the engine's error code; the first three codes are states of the tie
PLAYERS: Final = 16  # slots of players: ports 9101 to 9116
VOICES: Final = 32  # slots of voices on other tracks: ports 9117 to 9148
KEEP_ALIVE: Final = 2000  # milliseconds between hellos, as the engine's roster expects
PATIENCE: Final = 3000  # milliseconds without a heartbeat after which the engine is lost
CLAIM: Final = 4500  # milliseconds without another copy's claim, after which its slot is free
SEATS: Final = "improv-seats"  # heard by every copy: the port that a connected one holds


def player_port(slot: int) -> int:
    """The receive port of the device of a player."""
    return ENGINE + slot


def voice_port(slot: int) -> int:
    """The receive port of a voice on another track."""
    return ENGINE + PLAYERS + slot
