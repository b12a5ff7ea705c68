"""The floor: a bare python-rtmidi client that answers every sixth pulse with a note, as fast as its callback can.

It knows nothing of the future, so it is always late by what the way through JACK and Python costs. Run it as a script;
it ends when its standard input does.
"""

import sys
from collections.abc import Sequence

import rtmidi

PULSE, START, CONTINUE = 0xF8, 0xFA, 0xFB
NOTE_ON, NOTE_OFF = (0x9F, 60, 64), (0x8F, 60, 64)  # channel 16


class Floor:
    """Counts pulses from start or continue; strikes on every sixth, releases on the third after."""

    def __init__(self, output: rtmidi.MidiOut) -> None:
        self._output = output
        self._pulse = 0

    def hear(self, message: tuple[Sequence[int], float], _: object) -> None:
        status = message[0][0]
        if status in (START, CONTINUE):
            self._pulse = 0
        elif status == PULSE:
            if self._pulse % 6 == 0:
                self._output.send_message(NOTE_ON)
            elif self._pulse % 6 == 3:
                self._output.send_message(NOTE_OFF)
            self._pulse += 1


def main() -> None:
    output = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="floor")
    output.open_virtual_port("Floor Out")
    source = rtmidi.MidiIn(rtapi=rtmidi.API_UNIX_JACK, name="floor")
    source.ignore_types(timing=False)
    source.set_callback(Floor(output).hear)
    source.open_virtual_port("Floor In")
    sys.stdin.read()
    for port in (source, output):
        port.close_port()
        port.delete()  # leaves JACK in good order; a patient server would wait for who does not


if __name__ == "__main__":
    main()
