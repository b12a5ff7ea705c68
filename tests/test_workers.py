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


def train(data: Path, out: Path, config: str) -> "subprocess.Popen[str]":
    words = ["accompaniment", "--data", str(data), "--out", str(out), "--updates", "3", *SMALL, "--distil", "0"]
    return subprocess.Popen(
        [sys.executable, "-m", "bridge", "train", *words],
        env=os.environ | {"TF_CONFIG": config, "TF_NUM_INTRAOP_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_train_one_model(tmp_path: Path) -> None:
    data = write_folder(tmp_path / "data")
    workers = [f"127.0.0.1:{port}" for port in free_ports(2)]
    configs = [
        json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}) for index in (0, 1)
    ]
    outs = [tmp_path / "chief", tmp_path / "other"]
    processes = [train(data, out, config) for out, config in zip(outs, configs, strict=True)]
    try:
        errors = [process.communicate(timeout=LONGEST)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert [process.returncode for process in processes] == [0, 0], errors
    assert not (outs[1] / "checkpoint.npz").exists()  # only the chief saves
    with train(data, tmp_path / "alone", "") as alone:
        assert alone.wait(LONGEST) == 0
    with np.load(outs[0] / "checkpoint.npz") as together, np.load(tmp_path / "alone" / "checkpoint.npz") as one:
        assert together["number"] == 3
        for name in ("weights/recurrent", "weights/rotated"):
            assert together[name].shape == one[name].shape
            assert np.isfinite(together[name]).all()
