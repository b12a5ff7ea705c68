"""The monitor's picture: a pure function of what the monitor knows, the second, and the terminal's size.

From above: who and how, the bar and the chord in big letters with the next one dimmed, the players, the roll of the
player in focus (what is heard, and the voices of the mode, each in a lane; the past left of the light line, committed
notes bright and planned ones dim to its right), and the cues' margins.
"""

from typing import Final

from rich.text import Text

from bridge.engine.modes import SOUNDING
from bridge.engine.plan import LEADS
from bridge.io.glyphs import large, small
from bridge.io.monitor_roll import LABEL, Lane, chord_row, lane_rows, number_row, window
from bridge.io.monitor_state import MonitorState, PlayerView, Span
from bridge.music.events import ACCOMPANIMENT, BASS, RESPONSE

NARROWEST, LOWEST = 60, 18  # columns and rows; below there is no room for the roll
BIG_WIDTH, BIG_HEIGHT = 132, 34  # from here on the letters are large
SHOWN: Final = 4  # players with a line of their own
BARS: Final = "▁▂▃▄▅▆▇█"
HEAR, CHORDS, LOW, ANSWER = "#ff8a3d", "#62a3f5", "#34c796", "#bb8cff"
BAND: Final = (ACCOMPANIMENT, BASS)
LANES: Final = (("answer", ANSWER, RESPONSE, 5), ("chords", CHORDS, ACCOMPANIMENT, 5), ("bass", LOW, BASS, 3))
TROUBLE: Final = 6.0  # seconds that an error is shown
GOOD, BAD, FAINT = "bold #34c796", "bold #ff5c5c", "#8a94a3"


def picture(state: MonitorState, time: float, width: int, height: int, focus: int = 0, where: str = "") -> Text:
    """The whole screen as text of `height` lines of at most `width` columns; `focus` 0 is the first player."""
    if width < NARROWEST or height < LOWEST:
        return Text(f"make the terminal at least {NARROWEST} x {LOWEST}", style=BAD)
    player = focus if focus in state.players else min(state.players, default=0)
    view = state.players.get(player, PlayerView())
    head = [_title(state, time, width, where), _transport(state, time)]
    head += _banner(state, view, time, width, height)
    head += _players(state, player)
    foot = [_margins(state, width), _engine(state, width)]
    rows = height - len(head) - len(foot) - 2  # and the chords' names above the lanes, the bars' numbers below
    lanes = _lanes(view, rows)
    span = window(state, time, width - LABEL)
    lines = [*head, chord_row(view, span)]
    for lane in lanes:
        lines += lane_rows(lane, span)
    lines += [number_row(state, span), *foot]
    for line in lines:
        line.truncate(width)
    return Text("\n", no_wrap=True, end="").join(lines[:height])


def _lanes(view: PlayerView, rows: int) -> list[Lane]:
    """The lanes of the voices that the mode has; the bass gets a smaller share of the rows than the others."""
    voices = [("heard", HEAR, "", 5), *((name, colour, voice, share) for name, colour, voice, share in LANES
              if voice in SOUNDING.get(view.mode, BAND) or view.sounds.get(voice))]  # fmt: skip
    total, lanes, left = sum(share for *_, share in voices), list[Lane](), rows
    for number, (name, colour, voice, share) in enumerate(voices):
        high = left if number == len(voices) - 1 else max(2, rows * share // total)
        left -= high
        lanes.append(Lane(name, colour, high, *(_voice(view, voice) if voice else (tuple(view.heard), ()))))
    return lanes


def _voice(view: PlayerView, voice: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    return tuple(view.sounds.get(voice, ())), tuple(view.plans.get(voice, ()))


def _title(state: MonitorState, time: float, width: int, where: str) -> Text:
    line = Text.assemble((" improv monitor ", "bold reverse"), (f"  {where}", FAINT))
    match state.condition(time):
        case "waiting":
            status = Text("waiting for an engine (improv serve)", BAD)
        case "lost":
            assert state.seen is not None
            status = Text(f"ENGINE LOST for {time - state.seen:.0f} s, still listening", "bold white on #c02020")
        case _ if state.trouble[0] and time - state.trouble[1] < TROUBLE:
            status = Text(state.trouble[0].replace("_", " "), "bold white on #c02020")
        case _:
            count = len(state.players)
            status = Text(f"engine here, {count} player{'' if count == 1 else 's'}", GOOD)
    gap = max(2, width - line.cell_len - status.cell_len - 1)
    return Text.assemble(line, " " * gap, status)


def _transport(state: MonitorState, time: float) -> Text:
    seen = state.transport
    if seen is None:
        return Text(" ■ no clock yet", FAINT)
    meter = state.meter
    beats = max(1, meter.bar // meter.beat)
    at = int((state.tick(time) - state.bar_line()) % meter.bar // meter.beat) if state.playing else -1
    dots = " ".join("●" if beat == at else "○" for beat in range(beats))
    return Text.assemble(
        (" ▶ playing " if state.playing else " ■ stopped ", GOOD if state.playing else "bold"),
        (f"  {meter.numerator}/{meter.denominator}", "bold"),
        (f"  {seen.tempo:.1f} bpm", "bold"),
        (f"   {dots}  ", "bold #ffd75f"),
        (f"  clock: {seen.source}", FAINT),
    )


def _banner(state: MonitorState, view: PlayerView, time: float, width: int, height: int) -> list[Text]:
    """The place, the chord, the next chord, in letters that carry."""
    tick = state.tick(time)
    place = "-"
    if state.transport is not None:
        beat = int((tick - state.bar_line()) % state.meter.bar // state.meter.beat) + 1
        place = f"{state.bar_number(tick)}.{beat}"
    coming = view.coming(tick)
    letters = large if width >= BIG_WIDTH and height >= BIG_HEIGHT else small
    column = 36 if letters is large else 22
    parts = (letters(place), letters(view.now(tick) or "-"), letters(coming.name if coming else ""))
    lines = []
    for row, (where, now, then) in enumerate(zip(*parts, strict=True)):
        line = Text.assemble(" ", (f"{where:<{column}}", "bold"), (now, "bold #62a3f5"))
        if coming is not None:
            middle = row == len(parts[0]) // 2
            line.append("  →  " if middle else "     ", FAINT)
            line.append(then, "#5b6a80")
            if middle and state.playing:
                beats = (coming.tick - tick) / state.meter.beat
                line.append(f"  in {beats:.0f}" if beats >= 0.5 else "  now", FAINT)
        lines.append(line)
    return lines


def _players(state: MonitorState, focus: int) -> list[Text]:
    lines = []
    for number in sorted(state.players)[:SHOWN]:
        view = state.players[number]
        style = {"playing": GOOD, "listening": "bold #ffd75f", "ready": "bold"}.get(view.phase, FAINT)
        lines.append(
            Text.assemble(
                (" ◆ " if number == focus else "   ", "bold"),
                (f"player {number:<3d} {view.mode:18s}", "bold" if number == focus else ""),
                (f"{view.phase:10s}", style),
                (f" {view.genre:9s}", FAINT),
                (f" heard {view.notes:<6d}", HEAR),
                (f" cues {view.cues}", CHORDS),
            )
        )
    if len(state.players) > SHOWN:
        lines.append(Text(f"   and {len(state.players) - SHOWN} more; keys 1 to 9 choose whom the roll shows", FAINT))
    return lines or [Text("   nobody plays yet", FAINT)]


def _margins(state: MonitorState, width: int) -> Text:
    """How early cues come, as figures and as a bar for each of the latest cues; short bars are close to the beat."""
    margin = state.margin()
    if margin is None:
        return Text(" cues come: none yet", FAINT)
    text = Text.assemble(
        (" early by ", FAINT),
        (f"{margin[1]:5.1f} ms", "bold"),
        (f"  p1 {margin[0]:.1f}  p99 {margin[2]:.1f}  ", FAINT),
    )
    room = max(0, min(40, width - text.cell_len - 1))
    latest = list(state.margins)[-room:] if room else []
    top = max(*state.margins, 1.0)
    for value in latest:
        level = min(len(BARS) - 1, max(0, int(value / top * len(BARS))))
        text.append(BARS[level], BAD if value < 0 else "#34c796")
    return text


def _engine(state: MonitorState, width: int) -> Text:
    """Late cues first, since they are what matters; then what the engine measures of itself."""
    late = state.values.get("late", 0)
    text = Text.assemble((f" late {late} ", GOOD if late == 0 else "bold white on #c02020"))
    for name, label in (("step_ms_p50", "step"), ("step_ms_p99", "p99"), ("cpu", "cpu"), ("drops", "drops")):
        value = state.values.get(name)
        if value is not None:
            unit = " ms" if "_ms_" in name else " %" if name == "cpu" else ""
            shown = f"{value:.2f}" if isinstance(value, float) else str(value)
            text.append(f"  {label} {shown}{unit}", FAINT)
    hint = "q: quit "
    plans = [state.values.get(f"plan_true_{lead}") for lead in LEADS]
    if all(isinstance(share, float) for share in plans):  # of chords shown so many beats ahead
        ahead = " ".join(f"{share:.0%}" for share in plans if isinstance(share, float))
        words = f"  plans true {ahead} at {', '.join(map(str, LEADS))} beats"
        text.append(words if text.cell_len + len(words) + len(hint) < width else f"  plans {ahead}", FAINT)
    text.append(" " * max(2, width - text.cell_len - len(hint)) + hint, FAINT)
    return text
