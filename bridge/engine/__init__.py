"""State machines: pure, without input or output, and time is an argument."""
