"""Prints the members of a cluster as they change: `python watch_members.py 127.0.0.1:7401 127.0.0.1:7402`."""

import asyncio
import sys

from quorate import aio, v1


async def main(endpoints: list[str]) -> None:
    async with aio.Client(endpoints) as client, client.membership.watch() as watch:
        async for message in watch:
            match message.WhichOneof("message"):
                case "snapshot":
                    show(message.snapshot.view, v1.SnapshotReason.Name(message.snapshot.reason))
                case "view":
                    show(message.view, "installed")


def show(view: v1.View, why: str) -> None:
    members = ", ".join(member.node_name for member in view.members)
    print(f"view {view.id.incarnation}@{view.id.controller}: {members} ({why})", flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1:] or ["127.0.0.1:7401"]))
    except KeyboardInterrupt:
        sys.exit(130)
