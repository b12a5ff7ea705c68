"""Quiet ends: who reads the output of a command may stop reading; the command then says nothing about it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.quiet import UNREAD, unread

ROOT = Path(__file__).resolve().parents[1]
MANY = "from bridge.quiet import unread; import sys; sys.exit(unread(lambda: print('x' * 100_000)))"


def unheard(*words: str) -> subprocess.CompletedProcess[str]:
    """Python run with a standard output that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run([sys.executable, *words], stdout=writer, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    finally:
        os.close(writer)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows says it with another error, and has no head")
@pytest.mark.parametrize(
    "words",
    [
        ("-c", MANY), ("-u", "-c", MANY), ("-c", MANY.replace("* 100_000", "")), ("-m", "bridge", "doctor"),
        ("-m", "bridge", "--help"), ("-m", "bridge", "bench", "--help"), ("-m", "bench.closes", "--help"),
        ("bench/busy.py", "--players", "1", "--seconds", "1"),
    ],
)  # fmt: skip
def test_a_reader_that_has_gone_is_no_error(words: tuple[str, ...]) -> None:
    ended = unheard(*words)
    assert ended.stderr == ""
    assert ended.returncode in ((0, UNREAD) if "--help" in words else (UNREAD,)), "argparse may have passed over it"


def test_what_the_command_says_is_what_it_ends_with() -> None:
    assert unread(lambda: 3) == 3
    assert unread(lambda: None) == 0


def test_the_break_of_another_pipe_stays_an_error() -> None:
    def breaks() -> int:
        raise BrokenPipeError("a pipe to a child")

    with pytest.raises(BrokenPipeError, match="to a child"):
        unread(breaks)
