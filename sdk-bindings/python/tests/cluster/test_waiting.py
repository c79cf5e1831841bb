"""What only the client for asyncio has: whoever waits for a message can give up."""

import asyncio

import pytest

from quorate.aio import Client


def test_who_gives_up_waiting_for_a_message_loses_nothing(endpoints: list[str]) -> None:
    async def scenario() -> None:
        async with (
            Client(endpoints) as client,
            await client.open_session() as session,
            client.names.watch("py/quiet/") as watch,
        ):
            assert (await anext(watch)).HasField("snapshot")
            for number in range(3):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await anext(watch)
                await session.bind(f"py/quiet/{number}")
                assert (await anext(watch)).bound.path == f"py/quiet/{number}"

    asyncio.run(asyncio.wait_for(scenario(), 60))
