"""A job of three parts that take each step together: `python barrier_job.py 127.0.0.1:7401 127.0.0.1:7402`."""

import sys
import threading

from quorate import Client


def part(client: Client, number: int) -> None:
    """Does its share of each step; nobody begins a step before all have done the one before."""
    with client.open_session(ttl=5, label=f"part {number}") as session:
        gate = session.barrier("examples/job", count=3, double=True, deadline=60)
        for step in range(1, 4):
            with gate:
                # With its end in one piece: the parts print at the same time.
                print(f"part {number}: step {step}\n", end="", flush=True)


def main(endpoints: list[str]) -> None:
    with Client(endpoints) as client:
        parts = [threading.Thread(target=part, args=(client, number)) for number in range(1, 4)]
        for one in parts:
            one.start()
        for one in parts:
            one.join()


if __name__ == "__main__":
    main(sys.argv[1:] or ["127.0.0.1:7401"])
