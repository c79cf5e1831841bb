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


def test_members_are_shown_until_it_is_stopped(endpoints: list[str]) -> None:
    command = [sys.executable, str(EXAMPLES / "watch_members.py"), *endpoints]
    # Whoever runs the tests may have it ignored, and what they start would, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        assert "n1, n2, n3" in watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        assert watching.wait(60) == 130
