"""Tests with real components: a JACK server, Pure Data, liblo's tools. Skipped loudly where absent, an error in CI."""
