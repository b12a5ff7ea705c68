"""Quiet: C libraries that talk to the terminal by themselves (libjack, LiteRT) are not heard for a moment; and who is
not read any more says nothing.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

UNREAD: Final = 141  # exit code: 128 + SIGPIPE, as a shell says it of other commands


@contextmanager
def hushed() -> Iterator[None]:
    """What is written to standard error meanwhile, by any thread, is lost; our own words come as exceptions."""
    try:
        sys.stderr.flush()
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except (OSError, AttributeError):  # a process without standard error
        yield
        return
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def unread(work: Callable[[], int | None]) -> int:
    """What `work` returns, 0 for None; UNREAD, and not a word, where nobody reads its output any more (`| head`)."""
    try:
        try:
            code = work() or 0
        except SystemExit:  # of --help
            print(end="", flush=True)
            raise
        print(end="", flush=True)
    except BrokenPipeError:
        try:
            print(flush=True)
        except BrokenPipeError:  # else it was another pipe that broke, and that is an error
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains of it when it ends
            return UNREAD
        raise
    return code
