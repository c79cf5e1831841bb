"""A cluster of three real agents, for all tests here."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from quorate import Client, ClientOptions, errors

PROGRAMS = os.environ.get("QUORATE_TEST_PROGRAMS")
LIMIT = 60.0


@pytest.fixture(scope="session")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The agents' addresses, once they have quorum."""
    assert PROGRAMS, "QUORATE_TEST_PROGRAMS must name the folder of quorated"
    log = tmp_path_factory.mktemp("cluster") / "log"
    for _ in range(5):
        base = random.randrange(20000, 30000, 500)
        addresses = [f"127.0.0.1:{base + number}" for number in (1, 2, 3)]
        with log.open("w") as output:
            command = [str(Path(PROGRAMS) / "quorated"), "dev", "--base-port", str(base)]
            agents = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            if formed(agents, addresses):
                yield addresses
                return
        finally:
            agents.send_signal(signal.SIGINT)
            agents.wait(LIMIT)
    pytest.fail(f"no cluster came about:\n{log.read_text()}")


def formed(agents: "subprocess.Popen[bytes]", addresses: list[str]) -> bool:
    """Waits until all have quorum; false when a port was taken."""
    end = time.monotonic() + LIMIT
    for address in addresses:
        with Client(ClientOptions([address], rounds=1)) as client:
            while True:
                if agents.poll() is not None:
                    return False
                try:
                    if client.quorum.get().quorum.granted:
                        break
                except errors.QuorateError:
                    pass
                assert time.monotonic() < end, f"{address} has no quorum"
                time.sleep(0.05)
    return True
