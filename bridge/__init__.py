"""Improv Bridge: a band that listens. A headless engine that answers musicians, on the beat."""

__version__ = "0.1.0"
