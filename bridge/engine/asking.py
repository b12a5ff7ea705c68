"""How a player's question to the mind that answers is put, and when it is put ahead of time."""

from collections.abc import Callable
from typing import Final

from bridge.engine import form, touch
from bridge.engine.answerer import Ask, Phrase
from bridge.engine.clock import Clock
from bridge.engine.ear import Ear
from bridge.engine.exchange import Asking, Exchange
from bridge.engine.settings import Settings
from bridge.music.listening import Chroma

DRAFTED: Final = 1  # beats before a bar line from which on what may begin there is composed


def asking(settings: Settings, clock: Clock, key: Callable[[int], int], velocity: float, tonal: Chroma) -> Asking:
    """The question of a player with these settings who plays so loud; `key` names the random choices at a tick, `tonal`
    is what the key of the music is told from.
    """

    def ask(source: Phrase, begin: int, ticks: int) -> Ask:
        return Ask(
            begin, ticks, clock.place_at(begin), source, key(begin), settings.number("temperature"),
            settings.number("morph"), settings.word("genre"), touch.dynamic(velocity, settings),
            form.close(settings, clock.place_at(begin + ticks - clock.meter.beat), tonal),
        )  # fmt: skip

    return ask


def ahead(exchange: Exchange, tick: int, clock: Clock, ear: Ear, settings: Settings, ask: Asking) -> bool:
    """Compose a little, after the sixteenth at `tick`: of the response that sounds, up to the end of the next beat; of
    one that may begin on the coming bar line, its first beat. Whether there is nothing left to do.
    """
    place = clock.place_at(tick)
    beat, line = place.meter.beat, tick - place.phase + place.meter.bar
    if not exchange.compose(tick + place.left + beat, 1):
        return False
    if line - tick > DRAFTED * beat:
        return True
    return exchange.draft(line, clock.place_at(line), ear, settings, ask, line + beat)
