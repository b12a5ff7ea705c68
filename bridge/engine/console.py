"""The console: what a player asks for by `set`, `get` and `do`."""

from collections.abc import Iterable

from bridge.engine.outbox import Outbox
from bridge.engine.parameters import ACTIONS, VOICES
from bridge.engine.session import Session
from bridge.engine.settings import SHARED, Settings
from bridge.music import events as ev
from bridge.music.errors import WireError
from bridge.music.events import Output


def set_value(
    session: Session, wish: ev.Set, shared: Settings, sessions: Iterable[Session], outbox: Outbox
) -> list[Output]:
    """Change a parameter of the player's, or of everyone's; raises WireError where it does not fit."""
    became = session.settings.set(wish.name, wish.value)
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


def get_value(session: Session, wish: ev.Get, outbox: Outbox) -> list[Output]:
    """Answer with a parameter's value, or with all; raises WireError where there is none of that name."""
    values = [ev.Value(name, value) for name, value in session.settings.get(wish.name)]
    return [output for value in values for output in outbox.send(session, value)]


def asked(
    session: Session, wish: ev.Set | ev.Get | ev.Do, shared: Settings, sessions: Iterable[Session], outbox: Outbox
) -> list[Output]:
    """Answer a wish; raises WireError where it does not fit."""
    match wish:
        case ev.Set():
            return set_value(session, wish, shared, sessions, outbox)
        case ev.Get():
            return get_value(session, wish, outbox)
        case ev.Do():
            return do(session, wish, outbox)


def do(session: Session, wish: ev.Do, outbox: Outbox) -> list[Output]:
    """Carry out an action; raises WireError for an unknown one."""
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
                session.phase = "playing"
        case "end_call":
            session.exchange.end_call()
        case "mutate":
            session.exchange.mutate()
        case "now":
            before = session.mode
            session.settle()
            return [output for voice in session.unheard(before) for output in outbox.silence(session, voice)]
        case other:
            raise WireError(f"there is no action {other!r}; there are {', '.join(ACTIONS)}")
    return []
