"""The examples, as users run them."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("fenced_write", "refused: token"),
        ("leader_worker", "step 3"),
        ("barrier_job", "step 3"),
    ],
)
def test_it_runs_to_its_end(name: str, last: str, endpoints: list[str]) -> None:
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), *endpoints]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert last in done.stdout


@pytest.mark.parametrize(("name", "shown"), [("watch_members", "n1, n2, n3"), ("participate", "working")])
def test_it_goes_on_until_it_is_stopped(name: str, shown: str, endpoints: list[str]) -> None:
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), *endpoints]
    # Whoever runs the tests may have it ignored, and what they start would, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as going_on:
        assert going_on.stdout is not None
        assert any(shown in line for line in going_on.stdout)
        going_on.send_signal(signal.SIGINT)
        assert going_on.wait(60) == 130
