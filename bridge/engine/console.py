"""The console: what a player asks for by `set`, `get` and `do`, and by moving a control.

Beside the parameters `get` answers: `presets` with their number and a `preset_named` each; `controls` with their number
and, each, `bound_TARGET` and the number of the control; `bound_TARGET`, -1 where no control is bound to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from bridge.engine.controls import MODE_MESSAGES, SUSTAIN, Controls, target
from bridge.engine.outbox import Outbox
from bridge.engine.parameters import ACTIONS, OFF, VOICES
from bridge.engine.presets import Presets, Word
from bridge.engine.session import Session
from bridge.engine.settings import SHARED, Settings
from bridge.music import events as ev
from bridge.music.errors import WireError
from bridge.music.events import Output

BOUND: Final = "bound_"  # and a target: the number of the control that is bound to it


@dataclass(frozen=True, slots=True)
class Desk:
    """What a jam brings along beside the parameters: its presets, and what its players' controls do."""

    presets: Presets = field(default_factory=Presets)
    controls: Controls = field(default_factory=Controls)

    def beginning(self, player: int, shared: Settings) -> Settings:
        """What a player begins with in a jam that has these settings."""
        return Settings(shared.values | self.presets.beginning(player))


def set_value(
    session: Session, wish: ev.Set, shared: Settings, sessions: Iterable[Session], outbox: Outbox
) -> list[Output]:
    """Change a parameter of the player's, or of everyone's; raises WireError where it does not fit."""
    became = session.settings.check(wish.name, wish.value)
    if wish.name == "model" and not session.exchange.knows(str(became)):
        raise WireError(f"the model {became} is not there", reason="no_model")
    session.settings.set(wish.name, became)
    if wish.name in SHARED:
        shared.set(wish.name, became)
        for other in sessions:
            other.settings.set(wish.name, became)
    outputs = outbox.send(session, ev.Value(wish.name, became))
    if wish.name in VOICES and not became:
        outputs += outbox.silence(session, wish.name)
    if wish.name == "mode" and became == "listen":  # a hush need not wait for a bar line
        session.settle()
        outputs += outbox.silence(session)
    return outputs


def take_preset(
    session: Session, wish: ev.Set, shared: Settings, sessions: Iterable[Session], outbox: Outbox, desk: Desk
) -> list[Output]:
    """Set each parameter that a preset names, then say which it was; raises WireError where there is none."""
    player, everyone = session.player, list(sessions)
    name = desk.presets.check(wish.value)
    change = desk.presets.change(session.settings.word("preset"), name, player)
    wishes = [ev.Set(player, each, value) for each, value in change.items()]
    outputs = [output for one in wishes for output in set_value(session, one, shared, everyone, outbox)]
    return outputs + outbox.send(session, ev.Value("preset", session.settings.set("preset", name)))


def arm(session: Session, wish: ev.Set, outbox: Outbox, desk: Desk) -> list[Output]:
    """The next control that the player moves is bound to this; `off`: to nothing. Raises WireError."""
    name = wish.value if wish.value == OFF else str(target(str(wish.value), desk.presets))
    return outbox.send(session, ev.Value("learn", session.settings.set("learn", name)))


def turned(session: Session, event: ev.Control, desk: Desk) -> list[ev.Set | ev.Get | ev.Do]:
    """What a player asks for by moving a control; one that is learnt asks for the end of learning and what changed."""
    armed, player = session.settings.word("learn"), session.player
    if armed == OFF or event.number >= MODE_MESSAGES or event.number == SUSTAIN:
        wish = desk.controls.turn(event, desk.presets)
        return [] if wish is None else [wish]
    changed = desk.controls.bind(player, event.number, event.value, target(armed, desk.presets))
    return [ev.Set(player, "learn", OFF), *(ev.Get(player, f"{BOUND}{what}") for what in changed)]


def get_value(session: Session, wish: ev.Get, outbox: Outbox, desk: Desk) -> list[Output]:
    """Answer with a parameter's value, or with all; raises WireError where there is none of that name."""
    values = [ev.Value(name, value) for name, value in _values(session, wish.name, desk)]
    return [output for value in values for output in outbox.send(session, value)]


def _values(session: Session, name: str, desk: Desk) -> Iterable[tuple[str, Word]]:
    if name == "presets":
        return [(name, len(desk.presets.names)), *(("preset_named", each) for each in desk.presets.names)]
    if name == "controls":
        bound = desk.controls.bindings(session.player)
        return [(name, len(bound)), *((f"{BOUND}{what}", number) for number, what in bound.items())]
    if name.startswith(BOUND):
        what = target(name.removeprefix(BOUND), desk.presets)
        return [(f"{BOUND}{what}", desk.controls.number(session.player, what))]
    return session.settings.get(name)


def asked(
    session: Session, wish: ev.Set | ev.Get | ev.Do, shared: Settings, sessions: Iterable[Session], outbox: Outbox,
    desk: Desk,
) -> list[Output]:  # fmt: skip
    """Answer a wish; raises WireError where it does not fit."""
    match wish:
        case ev.Set(name="preset"):
            return take_preset(session, wish, shared, sessions, outbox, desk)
        case ev.Set(name="learn"):
            return arm(session, wish, outbox, desk)
        case ev.Set():
            return set_value(session, wish, shared, sessions, outbox)
        case ev.Get():
            return get_value(session, wish, outbox, desk)
        case ev.Do():
            return do(session, wish, outbox)


def do(session: Session, wish: ev.Do, outbox: Outbox) -> list[Output]:
    """Carry out an action; raises WireError for an unknown one, and where there is nothing to carry it out on."""
    match wish.action:
        case "panic":
            session.restart()
            return outbox.silence(session)
        case "stop":
            session.rest()
            return outbox.silence(session)
        case "clear":
            session.clear()
        case "enter":
            if session.phase == "listening":  # while the transport stands too: then it enters with it
                session.presence.phase = "playing"
        case "end_call":
            if not session.exchange.end_call():
                raise WireError("there is no call to end", reason="no_call")
        case "mutate":
            if not session.exchange.mutate():
                raise WireError("there is no response to mutate", reason="no_response")
        case "now":
            before = session.mode
            session.settle()
            return [output for voice in session.unheard(before) for output in outbox.silence(session, voice)]
        case "play" | "halt":
            pass  # the conductor's
        case other:
            raise WireError(f"there is no action {other!r}; there are {', '.join(ACTIONS)}")
    return []
