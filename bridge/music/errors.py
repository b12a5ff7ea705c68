"""The error tree.

BridgeError
 ├── WireError    what a peer sent is malformed: its fault; drop, count, log once per sender
 ├── PortError    a port cannot be had: the environment's fault; the message says what to do
 └── ModelError   a model cannot be trusted: refuse to load it
"""


class BridgeError(Exception):
    """Anything that this package raises on purpose; its text is one line that says what to do."""


class WireError(BridgeError):
    """A packet that is not in the protocol; `reason` is one of the reasons that the protocol lists."""

    def __init__(self, text: str, reason: str = "bad_value") -> None:
        super().__init__(text)
        self.reason = reason


class PortError(BridgeError):
    """A network or MIDI port that cannot be opened or found."""


class ModelError(BridgeError):
    """A model folder that is missing, corrupt or of another version."""
