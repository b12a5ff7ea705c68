"""Values of music: time, events, harmony, vocabulary. Imports nothing of the layers above."""
