"""Holds a virtual address for as long as it runs: vip.py ADDRESS INTERFACE

The address goes when this program is asked to end (SIGTERM). It also goes when this program cannot do anything any more,
for it was killed or frozen: the address has a lifetime of one second, which is renewed again and again, and the kernel
removes it when that is over. What remains is a renewal that comes too late, by a program that was frozen just before it
and goes on when the address is elsewhere: an alarm is set before each renewal, which kills this program before it does
anything else.
"""

import os
import signal
import socket
import sys
import time

from address import Address, Neighbours

# Seconds. The kernel takes whole ones, and removes an address up to 1.25 s after a renewal for one.
LIFETIME = 1
RENEWED_EVERY = 0.15
# A renewal is either done by then or never.
FENCE = 0.7
# How often, and for how long each time, somebody is given to say that the address is still elsewhere.
QUESTIONS, PATIENCE = 2, 0.02
# When it is announced: at once, and again for those who missed it. Afterwards every REMINDER.
ANNOUNCED_AFTER = [0, 0.05, 0.2, 0.5, 1, 2, 4]
REMINDER = 10


def main(address, interface):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    parent = os.getppid()
    here, neighbours = Address(address, interface), Neighbours(address, interface)
    raise_fence()
    while elsewhere := holder(neighbours):
        print(f"waiting: {elsewhere} still has {address}", flush=True)
        raise_fence()
    started, announced = time.monotonic(), 0
    # If whoever started it is gone, nobody would end it.
    while os.getppid() == parent:
        raise_fence()
        here.set(LIFETIME)
        say("WATCHDOG=1")
        now = time.monotonic()
        if now - started >= due(announced):
            neighbours.announce()
            announced += 1
            if announced == 1:
                say("READY=1")
                print(f"{address} is here", flush=True)
        if signal.sigtimedwait([signal.SIGTERM], RENEWED_EVERY if announced > 2 else 0.05):
            break
    here.remove()
    print(f"{address} is gone", flush=True)


def due(announced):
    """After how many seconds it is announced again, when that was done so often."""
    later = announced - len(ANNOUNCED_AFTER) + 1
    return ANNOUNCED_AFTER[announced] if later <= 0 else ANNOUNCED_AFTER[-1] + REMINDER * later


def holder(neighbours):
    """Who else has the address: a program that was killed without being asked has left it for a second."""
    return next(filter(None, (neighbours.holder(PATIENCE) for _ in range(QUESTIONS))), None)


def raise_fence():
    """The kernel counts on while this program is frozen, and kills it before it does anything else."""
    signal.setitimer(signal.ITIMER_REAL, FENCE)


def say(words):
    """As sd_notify(3) does; a name that begins with @ is in the abstract namespace."""
    place = os.environ.get("NOTIFY_SOCKET")
    if place:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as agent:
            agent.sendto(words.encode(), "\0" + place[1:] if place.startswith("@") else place)


main(*sys.argv[1:])
