"""The cluster for all tests here: real agents, whose addresses are in QUORATE_ENDPOINTS."""

import os

import pytest


@pytest.fixture(scope="session")
def endpoints() -> list[str]:
    """The agents' addresses."""
    named = os.environ.get("QUORATE_ENDPOINTS")
    assert named, "QUORATE_ENDPOINTS must name the agents of a cluster, as in 127.0.0.1:7401,127.0.0.1:7402"
    return named.split(",")
