"""Two processes that train together, over real sockets, as TF_CONFIG names them."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs tensorflow")

from tests.test_training import SMALL, write_folder

LONGEST = 300  # seconds that two processes may take to compile and to make three updates


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


SCRIPT = """
import sys
from pathlib import Path
import numpy as np
from bridge.training import accompaniment, loop
from bridge.training.arguments import parse
args = parse(accompaniment.Arguments, "accompaniment", sys.argv[1:])
learner = loop.fit(accompaniment.task(args), args, lambda figures: None, lambda done: None)
np.savez(args.out / "ended.npz", **{name: w.numpy() for name, w in learner.weights._asdict().items()})
"""


def train(data: Path, out: Path, config: str) -> "subprocess.Popen[str]":
    """A run that writes down the weights it ended with, whoever it is; only a chief saves a checkpoint."""
    words = ["--data", str(data), "--out", str(out), "--updates", "3", *SMALL, "--distil", "0"]
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *words],
        env=os.environ | {"TF_CONFIG": config, "TF_NUM_INTRAOP_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_train_one_model(tmp_path: Path) -> None:
    data = write_folder(tmp_path / "data")
    workers = [f"127.0.0.1:{port}" for port in free_ports(2)]
    outs = [tmp_path / "chief", tmp_path / "other"]
    processes = []
    try:
        for index, out in enumerate(outs):
            config = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
            processes.append(train(data, out, json.dumps(config)))
        errors = [process.communicate(timeout=LONGEST)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert [process.returncode for process in processes] == [0, 0], errors
    assert (outs[0] / "checkpoint.npz").exists()
    assert not (outs[1] / "checkpoint.npz").exists()
    with np.load(outs[0] / "ended.npz") as chief, np.load(outs[1] / "ended.npz") as other:
        for name in chief.files:  # each saw other windows; only averaged gradients keep them equal
            np.testing.assert_allclose(chief[name], other[name], atol=1e-6)
