"""The client for plain synchronous programs, made from `_aio` by `make stubs`, but for `io.py`."""
