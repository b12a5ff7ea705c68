// The last bars that the band played here, written into a clip on this device's track.
//
// ES5 for Max's js object, which runs on Live's main thread: all of it may use the Live API. Cues come as they are taken
// (voice, tick, ticks, pitch, velocity), a silence as it happens (voice, tick), `keep` with the clock's answer. A clip is
// written in batches, so that Live is never held up. Nothing is printed; what came of it goes out of the outlet.
autowatch = 0;
inlets = 1;
outlets = 1;

var PPQ = 480; // ticks a quarter note
var MOST = 8192; // notes that are remembered; the oldest go first
var BATCH = 400; // notes a call; Live is slow beyond 500
var PAUSE = 20; // milliseconds between calls
var SHORTEST = 15; // ticks of a note that was cut; what is shorter is left out
var SINGLE = "bass"; // the voice of one note at a time

var names = jsarguments.slice(1); // the voices, in the order of their numbers
var heard = []; // {voice, tick, ticks, pitch, velocity}, by arrival
var wanted = 4; // bars
var job = null; // a clip that is being written

function cue(voice, tick, ticks, pitch, velocity) {
    if (names[voice] === SINGLE) {
        cut(voice, tick);
    }
    heard.push({ voice: voice, tick: tick, ticks: ticks, pitch: pitch, velocity: velocity });
    if (heard.length > MOST) {
        heard.splice(0, heard.length - MOST);
    }
}

function silence(voice, tick) {
    cut(voice, tick);
}

// What was to sound in a voice from a tick on does not: later notes go, sounding ones end there.
function cut(voice, tick) {
    var kept = [];
    for (var i = 0; i < heard.length; i++) {
        var note = heard[i];
        if (note.voice === voice && note.tick + note.ticks > tick) {
            note.ticks = tick - note.tick;
        }
        if (note.ticks >= SHORTEST) {
            kept.push(note);
        }
    }
    heard = kept;
}

function bars(count) {
    wanted = Math.max(1, Math.floor(count));
}

// The last `wanted` bars before the last bar line; while the transport stands, the bar that it stands in counts as whole.
function keep(tick, song, tempo, playing, numerator, denominator) {
    var bar = (4 * PPQ * numerator) / denominator;
    var phase = ((song % bar) + bar) % bar;
    var end = tick - phase + (playing || phase === 0 ? 0 : bar);
    var notes = between(end - wanted * bar, end);
    if (job) {
        say("still writing");
    } else if (notes.length === 0) {
        say(["nothing played in", wanted, "bars"]);
    } else {
        write(notes, (wanted * bar) / PPQ);
    }
}

// Notes of a span in beats from its beginning; what reaches over its ends is cut.
function between(begin, end) {
    var found = [];
    for (var i = 0; i < heard.length; i++) {
        var note = heard[i];
        if (note.tick >= begin && note.tick < end) {
            found.push({
                pitch: note.pitch,
                start_time: (note.tick - begin) / PPQ,
                duration: Math.min(note.ticks, end - note.tick) / PPQ,
                velocity: note.velocity,
                mute: 0
            });
        }
    }
    return found;
}

function write(notes, beats) {
    var slot = emptySlot();
    if (!slot) {
        say("no MIDI track to write to");
        return;
    }
    slot.call("create_clip", beats);
    var clip = new LiveAPI(slot.unquotedpath + " clip");
    if (Number(clip.id) === 0) {
        say("Live made no clip");
        return;
    }
    clip.set("name", "Improv");
    job = { clip: clip, notes: notes, done: 0, beats: beats };
    batch();
}

function batch() {
    var some = job.notes.slice(job.done, job.done + BATCH);
    job.clip.call("add_new_notes", { notes: some });
    job.done += some.length;
    if (job.done < job.notes.length) {
        new Task(batch).schedule(PAUSE);
    } else {
        say(["kept", job.notes.length, "notes"]);
        job = null;
    }
}

// The first empty clip slot of this device's track; a scene is added where there is none.
function emptySlot() {
    var track = trackOf(new LiveAPI("this_device"));
    if (!track) {
        return null;
    }
    var slot = firstEmpty(track);
    if (!slot) {
        new LiveAPI("live_set").call("create_scene", -1);
        slot = firstEmpty(track);
    }
    return slot;
}

function firstEmpty(track) {
    var count = track.getcount("clip_slots");
    for (var i = 0; i < count; i++) {
        var slot = new LiveAPI(track.unquotedpath + " clip_slots " + i);
        if (Number(slot.get("has_clip")) === 0) {
            return slot;
        }
    }
    return null;
}

// A device may lie in racks: up until a track.
function trackOf(device) {
    for (var at = device; Number(at.id) !== 0; at = new LiveAPI(at.unquotedpath + " canonical_parent")) {
        if (at.type === "Track") {
            return Number(at.get("has_midi_input")) === 1 ? at : null;
        }
        if (at.type === "Song") {
            return null;
        }
    }
    return null;
}

// Words and numbers apart: Max keeps every distinct string for good.
function say(text) {
    outlet(0, text);
}
