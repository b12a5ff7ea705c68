"""The modes: which voices sound in each."""

from typing import Final

from bridge.music.events import ACCOMPANIMENT, BASS, RESPONSE

SOUNDING: Final = {
    "accompany": (ACCOMPANIMENT, BASS),
    "respond": (RESPONSE,),
    "morph": (RESPONSE, BASS),
    "accompany+respond": (ACCOMPANIMENT, BASS, RESPONSE),
    "accompany+morph": (ACCOMPANIMENT, BASS, RESPONSE),
    "listen": (),
}  # mode -> voices that sound


CUT: Final = (ACCOMPANIMENT, RESPONSE)  # voices whose notes are cut by a silence; a bass note ends by the next
