"""The table of what a player may set, from which the protocol's `set` and `get`, the README, the monitor, the control
changes, the presets and the devices in Max derive.

Rule: a name, once published, keeps its meaning; devices and presets that were saved say it.
"""

from dataclasses import dataclass
from typing import Final

from bridge.music.errors import WireError
from bridge.music.events import ACCOMPANIMENT, BASS, RESPONSE
from bridge.music.scales import SCALES
from bridge.music.timeline import MAX_TEMPO, MIN_TEMPO
from bridge.music.vocabulary import GENRES

ANY: Final = "any"  # the genre of a player who names none
OFF: Final = "off"
MODES: Final = ("accompany", "respond", "morph", "accompany+respond", "accompany+morph", "listen")
MELODIES: Final = ("melody", "note_rnn", "q", "psi", "g")  # minds that answer with a melody
TUNINGS: Final = ("plain", "tuned", "consonant")  # of the accompanist
KEYS: Final = (OFF, "auto", "C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
VOICES: Final = (ACCOMPANIMENT, BASS, RESPONSE)  # of the band
MANY: Final = 64  # bars


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting: its range and meaning; `choices` for words, else numbers from `low` to `high`.

    A word without choices is free (the name of a preset): who takes it says whether it fits.
    """

    name: str
    default: float | int | str
    low: float
    high: float
    unit: str
    meaning: str
    choices: tuple[str, ...] = ()

    @property
    def free(self) -> bool:
        """Whether any word is taken."""
        return isinstance(self.default, str) and not self.choices

    def check(self, value: float | int | str) -> float | int | str:
        """The value in this parameter's type; raises WireError where it does not fit."""
        if self.choices or self.free:
            if not isinstance(value, str) or (self.choices and value not in self.choices):
                allowed = f"one of {', '.join(self.choices)}" if self.choices else "a word"
                raise WireError(f"{self.name} is {allowed}, not {value!r}")
            return value
        if isinstance(value, str) or not self.low <= value <= self.high:
            raise WireError(f"{self.name} is a number from {self.low:g} to {self.high:g}, not {value!r}")
        if isinstance(self.default, int):
            if value != int(value):
                raise WireError(f"{self.name} is a whole number, not {value!r}")
            return int(value)
        return float(value)

    def at(self, share: float) -> float | int | str:
        """The value at a share, 0-1, of the range: what a knob or a control change means."""
        share = min(1.0, max(0.0, share))
        if self.choices:
            return self.choices[min(len(self.choices) - 1, int(share * len(self.choices)))]
        value = self.low + share * (self.high - self.low)
        return round(value) if isinstance(self.default, int) else value


def _word(name: str, choices: tuple[str, ...], meaning: str, default: str | None = None) -> Parameter:
    return Parameter(name, choices[0] if default is None else default, 0, 0, "", meaning, choices)


def _switch(name: str, default: int, meaning: str) -> Parameter:
    return Parameter(name, default, 0, 1, "", meaning)


def _voices(suffix: str, default: tuple[float | int, ...], low: float, high: float, unit: str, meaning: str,
            ) -> tuple[Parameter, ...]:  # fmt: skip
    """The same parameter for each voice of the band."""
    return tuple(
        Parameter(
            f"{voice}_{suffix}", value, low, high, unit, meaning.format({ACCOMPANIMENT: "chords"}.get(voice, voice))
        )
        for voice, value in zip(VOICES, default, strict=True)
    )


_PLAYING: Final = (
    _word(
        "mode", MODES,
        "accompany: chords and bass under what you play; respond: call and response; morph: variations of your last "
        "phrase, with a bass; accompany+respond, accompany+morph: the band plays under your call and its own answer; "
        "listen: hear, stay silent. From the next bar line on, or `do now`",
    ),
    Parameter(
        "temperature", 0.6, 0.0, 2.0, "",
        "how daring the band chooses: 0 always the likeliest, 1 as it learnt; a model may bring a default of its own",
    ),
    _word(
        "model", MELODIES,
        "who answers in `respond`: the melody model, or the paper's note_rnn untuned or tuned by q, psi or g; "
        "from the next bar line on",
    ),
    _word(
        "genre", (ANY, *GENRES),
        "what the band takes your music for: its weights, its comping, its bass; a change is heard from the next bar "
        "line on",
    ),
    _switch(ACCOMPANIMENT, 1, "whether the chords sound"),
    _switch(BASS, 1, "whether the bass sounds"),
    _switch(RESPONSE, 1, "whether the response sounds"),
    Parameter("level", 1.0, 0.0, 1.5, "", "loudness of the band, beside your own dynamics"),
    *_voices("level", (1.0, 1.0, 1.0), 0.0, 1.5, "", "loudness of the {}"),
    *_voices("register", (0, 0, 0), -2, 2, "octaves", "register of the {}, up or down from the usual"),
    *_voices("density", (1.0, 1.0, 1.0), 0.0, 1.0, "", "how much of the {} sounds: notes on weak places go first"),
    *_voices("channel", (1, 2, 3), 1, 16, "", "MIDI channel of the {}"),
    Parameter(
        "entry_bars", 1, 0, 8, "bars",
        "how long the band listens from your first note before it enters on a bar line; 0: at the next beat",
    ),
    Parameter("patience_bars", 4, 0, MANY, "bars", "silence of yours after which the band falls silent too; 0: never"),
    _word(
        "tuning", TUNINGS,
        "the accompanist as it learnt, or tuned by rewards afterwards: `tuned` by all of them, `consonant` to your "
        "melody first; from the next bar line on, where it is there",
    ),
    _switch("learnt", 1, "whether the band plays as it learnt from you (`serve --learn`); from the next bar line on"),
)  # fmt: skip
_EXCHANGE: Final = (
    Parameter("call_bars", 0, 0, 8, "bars", "length of your call; 0: auto, silence ends it"),
    Parameter("response_bars", 0, 0, 32, "bars", "length of the response; 0: as long as the call"),
    _switch("loop", 0, "the response is repeated until you switch this off, or another response comes"),
    _switch("solo", 0, "the machine ignores what you play: play over its loop"),
    _switch("overlap", 1, "1: the response plays on while you play your next call; 0: your first note ends it"),
    Parameter("min_listen_bars", 0, 0, 32, "bars", "a shorter call is not answered"),
    Parameter("max_listen_bars", 0, 0, 32, "bars", "a call of automatic length is cut here; 0: never"),
    Parameter("silence_bars", 1, 1, 8, "bars", "how long a silence ends a call of automatic length"),
    Parameter("threshold", 0, 0, 127, "", "notes softer than this velocity are not heard by the machine"),
    Parameter("morph", 0.4, 0.0, 1.0, "", "how far a variation goes: 0 the phrase itself, 1 free"),
    _switch("mute_input", 0, "your own notes are heard by the machine but not passed on"),
    Parameter("thru_channel", 0, 0, 16, "", "MIDI channel on which your own notes are passed on; 0: they are not"),
)  # fmt: skip
_FEEL: Final = (
    _word("key", KEYS, "what the band plays is kept in this key; auto: the one it hears; off: free"),
    _word("scale", ("auto", *SCALES), "the scale of that key; auto: major or minor, as heard"),
    Parameter("swing", 0.0, 0.0, 1.0, "", "how late the off-beats come: 0 straight, 1 as triplets"),
    _word("swing_grid", ("8", "16"), "which off-beats swing: eighths or sixteenths"),
    Parameter("feel", 0.0, 0.0, 1.0, "", "how far the band takes on your own micro-timing and accents"),
    Parameter("dynamics", 1.0, 0.0, 1.0, "", "how far the band follows your loudness; 0: it keeps its own"),
)  # fmt: skip
_FORM: Final = (
    Parameter("section_bars", 0, 0, MANY, "bars", "the song's sections, counted from its beginning; 0: no form"),
    _switch("cadence", 1, "the band leads to a cadence at the end of a section"),
    Parameter("count_in", 0, 0, 4, "bars", "bars that are counted after the start, before anybody plays"),
    Parameter("metronome", 0.0, 0.0, 1.0, "", "loudness of the click on the beats; a count-in is heard all the same"),
    Parameter("metronome_channel", 10, 1, 16, "", "MIDI channel of the click"),
)  # fmt: skip
_BAND: Final = (
    _word("listen", ("me", "all"), "whom your band hears: you, or everybody"),
    _word("harmony", ("own", "shared"), "shared: the players who ask for it have one harmony, the first one's"),
)  # fmt: skip
_PLANNING: Final = (
    Parameter("horizon", 4, 0, 8, "beats", "how far ahead the band plans and shows its plan"),
    Parameter("commit", 0, 0, 4, "beats", "how far ahead a chord, once planned, is kept whatever you play"),
    _switch("anticipation", 1, "1: the plan is made on what you are expected to play; 0: on your silence"),
)  # fmt: skip
_ASKING: Final = (
    Parameter("preset", OFF, 0, 0, "", "the preset of improv.toml that was taken last"),
    Parameter("learn", OFF, 0, 0, "", "the parameter or action that the next control change is bound to"),
)  # fmt: skip
_JAM: Final = (
    Parameter(
        "tempo", 120.0, MIN_TEMPO, MAX_TEMPO, "bpm",
        "tempo of the engine's own clock, or of the Link session; a host's is the host's; for all players",
    ),
    _switch("link", 1, "whether the engine is in the Link session, where it was started with one; for all players"),
    Parameter(
        "lookahead_ms", 80, 5, 1000, "ms",
        "how early notes leave the engine, three quarters of a sixteenth at most; for all players",
    ),
    Parameter("numerator", 4, 1, 32, "", "meter of a clock that has none (MIDI, local); for all players"),
    Parameter("denominator", 4, 1, 32, "", "the note that meter counts: 1, 2, 4, 8, 16 or 32; for all players"),
)  # fmt: skip

PARAMETERS: Final = (*_PLAYING, *_EXCHANGE, *_FEEL, *_FORM, *_BAND, *_PLANNING, *_ASKING, *_JAM)
BY_NAME: Final = {parameter.name: parameter for parameter in PARAMETERS}
SHARED: Final = ("tempo", "link", "lookahead_ms", "numerator", "denominator")  # belong to the jam, not to one player
AT_BAR: Final = ("mode", "model")  # wait for the next bar line, or for `do now`; genre waits in the minds themselves

ACTIONS: Final = {
    "panic": "silence at once, and begin as if nothing had been heard",
    "stop": "silence at once; the band keeps what it heard and enters again after your next notes",
    "clear": "forget what was heard, without a gap in what sounds",
    "enter": "the band enters now instead of at its bar line",
    "end_call": "your call is over: it is answered from the next bar line on",
    "mutate": "the response is fed back: a new one, made of it, comes when it is over",
    "play": "the engine's own clock, or the Link session, plays",
    "halt": "the engine's own clock, or the Link session, stands",
    "now": "a mode or a model that waits for its bar line is taken up at once",
}  # the protocol's words for `do`
