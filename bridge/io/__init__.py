"""Shells: the wire, OSC, MIDI, the host loop, the monitor."""
