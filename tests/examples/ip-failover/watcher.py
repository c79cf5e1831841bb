"""Prints a line whenever a virtual address moves: watcher.py ADDRESS INTERFACE

It asks the network from time to time, and at once when the agent tells that the cluster changes (SIGHUP).
"""

import errno
import signal
import socket
import sys
import time

from address import Neighbours

# Seconds between two questions, and for how long after a change it asks without pausing.
SELDOM, OFTEN, CHANGING = 1, 0.05, 5


def main(address, interface):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
    neighbours = Neighbours(address, interface)
    known, calm_from = "", time.monotonic() + CHANGING
    while True:
        place = where(neighbours, address)
        if place != known:
            print(f"{address} is {place}", flush=True)
            known = place
        pause = OFTEN if time.monotonic() < calm_from else SELDOM
        if signal.sigtimedwait([signal.SIGHUP], pause):
            calm_from = time.monotonic() + CHANGING


def where(neighbours, address):
    if is_here(address):
        return "here"
    holder = neighbours.holder(0.1)
    return f"at {holder}" if holder else "nowhere"


def is_here(address):
    """Only an address of this machine can be bound to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError as why:
            if why.errno != errno.EADDRNOTAVAIL:
                raise
            return False
    return True


main(*sys.argv[1:])
