"""A real JACK server, clock master and tune, captured with frame times: what MIDI timing is judged on."""
