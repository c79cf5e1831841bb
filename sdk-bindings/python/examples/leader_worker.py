"""A worker that works while it leads, in three copies of one program: `python leader_worker.py 127.0.0.1:7401`."""

import asyncio
import sys

from quorate import aio


async def worker(client: aio.Client, name: str) -> None:
    """Waits until it leads, works for a while, and makes way for the next one."""
    async with (
        await client.open_session(ttl=5, label=name) as session,
        session.election("examples/worker", name.encode()) as office,
    ):
        for step in range(3):
            # What it does is only safe while this says so, and what it writes carries the token.
            if not office.is_leader():
                print(f"{name} has lost the office")
                return
            print(f"{name} leads with token {office.token}: step {step + 1}", flush=True)
            await asyncio.sleep(0.1)


async def main(endpoints: list[str]) -> None:
    async with aio.Client(endpoints) as client:
        await asyncio.gather(*(worker(client, f"worker-{number}") for number in range(1, 4)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:] or ["127.0.0.1:7401"]))
