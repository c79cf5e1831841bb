"""Takes part in recovery after each change of the cluster: `python participate.py 127.0.0.1:7401 127.0.0.1:7402`.

Kill an agent meanwhile, and see `quorate recovery --watch`.
"""

import asyncio
import sys
import threading

from quorate import ParticipantOptions, aio, notices


class Store(aio.Participant):
    """Something that uses what is shared."""

    async def prepare(self, epoch: int | None) -> None:
        show(f"epoch {epoch}: stopped" if epoch is not None else "no agent: stopped")

    async def recover(self, epoch: int, _: threading.Event) -> None:
        show(f"epoch {epoch}: recovering")
        await asyncio.sleep(0.5)
        show(f"epoch {epoch}: recovered")

    async def resume(self, epoch: int, _: threading.Event) -> None:
        show(f"epoch {epoch}: working")

    def notice(self, notice: notices.Notice) -> None:
        show(f"-- {notice}")


def show(text: str) -> None:
    print(text, flush=True)


async def main(endpoints: list[str]) -> None:
    options = ParticipantOptions("store", level=3, deadline=5)
    async with aio.Client(endpoints) as client, client.participate(options, Store()) as taking_part:
        await taking_part.wait()


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1:] or ["127.0.0.1:7401"]))
    except KeyboardInterrupt:
        sys.exit(130)
