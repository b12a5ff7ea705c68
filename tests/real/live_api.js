// Runs a Max script in Node with stubs of what Max and Live give it: `node live_api.js SCRIPT` reads {voices, tracks, device,
// calls} from standard input and writes what came of it. What Live would refuse throws here.
"use strict";
const fs = require("fs");
const vm = require("vm");

const job = JSON.parse(fs.readFileSync(0, "utf8"));
const said = [];
const batches = [];
const queue = [];
let now = 0; // milliseconds
let loading = true;

const song = { type: "Song", tracks: job.tracks, scenes: Math.max(0, ...job.tracks.map((t) => t.slots.length)) };

function createScene(index) {
    if (index !== -1) throw new Error("create_scene: " + index);
    song.scenes += 1;
    for (const track of song.tracks) if (!track.fixed) track.slots.push(null);
}

// Every object has a type, a parent's path, properties that can be read, counts, and functions.
function resolve(path) {
    const words = path.split(" ");
    if (words[0] === "this_device") words.splice(0, 1, ...job.device.split(" "));
    if (words[words.length - 1] === "canonical_parent") {
        const inner = resolve(words.slice(0, -1).join(" "));
        return inner && resolve(inner.parent);
    }
    if (words[0] !== "live_set") return null;
    if (words.length === 1) {
        return { path: "live_set", parent: "", type: "Song", call: { create_scene: createScene } };
    }
    const track = words[1] === "tracks" ? song.tracks[Number(words[2])] : null;
    if (!track) return null;
    const base = words.slice(0, 3).join(" ");
    const rest = words.slice(3);
    if (rest.length === 0) {
        return { path: base, parent: "live_set", type: "Track", get count() { return { clip_slots: track.slots.length }; },
                 get: { has_midi_input: track.midi === false ? 0 : 1 } };
    }
    if (rest[0] === "clip_slots") return slotOrClip(track, base, rest);
    const parent = [base, ...rest.slice(0, -2)].join(" ");
    if (rest[rest.length - 2] === "devices") return { path: words.join(" "), parent: parent, type: "MaxDevice" };
    if (rest[rest.length - 2] === "chains") return { path: words.join(" "), parent: parent, type: "Chain" };
    return null;
}

function slotOrClip(track, base, rest) {
    const index = Number(rest[1]);
    if (!(index < track.slots.length)) return null;
    const path = base + " clip_slots " + index;
    if (rest.length === 2) {
        return { path: path, parent: base, type: "ClipSlot", get: { has_clip: track.slots[index] ? 1 : 0 },
                 call: { create_clip: (beats) => {
                     if (track.slots[index]) throw new Error("the slot has a clip");
                     if (!(beats > 0)) throw new Error("a clip of " + beats + " beats");
                     track.slots[index] = { beats: beats, notes: [], name: "" };
                 } } };
    }
    const clip = track.slots[index];
    return clip && { path: path + " clip", parent: path, type: "Clip",
                     set: { name: (value) => { clip.name = value; } }, call: { add_new_notes: (some) => add(clip, some) } };
}

function add(clip, some) {
    const keys = ["pitch", "start_time", "duration", "velocity", "mute"];
    for (const note of some.notes) {
        for (const key of Object.keys(note)) if (!keys.includes(key)) throw new Error("no such key: " + key);
        if (!Number.isInteger(note.pitch) || note.pitch < 0 || note.pitch > 127) throw new Error("pitch " + note.pitch);
        if (!(note.duration > 0) || !(note.start_time >= 0)) throw new Error("times " + JSON.stringify(note));
        if (!(note.velocity >= 1 && note.velocity <= 127)) throw new Error("velocity " + note.velocity);
        clip.notes.push(note);
    }
    batches.push([now, some.notes.length]);
}

class LiveAPI {
    constructor(path) {
        if (loading) throw new Error("LiveAPI in global code");
        this.found = resolve(path);
        this.id = this.found ? "1" : "0";
        this.type = this.found ? this.found.type : "";
        this.unquotedpath = this.found ? this.found.path : "";
    }
    use(kind, name) {
        if (!this.found || !this.found[kind] || !(name in this.found[kind])) {
            throw new Error(this.type + " has no " + kind + " " + name);
        }
        return this.found[kind][name];
    }
    get(name) { return [this.use("get", name)]; }
    set(name, value) { this.use("set", name)(value); }
    getcount(name) { return this.use("count", name); }
    call(name, ...args) { return this.use("call", name)(...args); }
}

class Task {
    constructor(act) { this.act = act; }
    schedule(milliseconds) { queue.push([now + milliseconds, this.act]); }
}

const box = { LiveAPI, Task, outlet: (n, what) => said.push(what), jsarguments: ["improv_capture.js", ...job.voices],
              autowatch: 1, inlets: 0, outlets: 0, post: () => { throw new Error("the console is not ours"); } };
vm.createContext(box);
vm.runInContext(fs.readFileSync(process.argv[2], "utf8"), box);
loading = false;
for (const [name, ...args] of job.calls) {
    if (typeof box[name] !== "function") throw new Error("the script has no " + name);
    box[name](...args);
    while (queue.length && name === "keep") {
        const [when, act] = queue.shift();
        now = when;
        act();
    }
}
process.stdout.write(JSON.stringify({ said, batches, tracks: song.tracks, scenes: song.scenes }));
