"""The client for asyncio. `_sync` is made from it: `make stubs` does that, but for `io.py`, where the two differ."""
