"""Corpora: files of music become records that models learn from. Imports `music` only, never TensorFlow."""

from bridge.corpus.read import records
from bridge.corpus.report import Failure, Report

__all__ = ["Failure", "Report", "records"]
