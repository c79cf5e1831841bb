"""An address of an interface that the kernel removes by itself, and who on the network has an address (ARP).

Needs root, and nothing but the Python of the system: it speaks with the kernel as `ip` does, by netlink.
"""

import socket
import struct
import time

# The values are those of the kernel's <linux/rtnetlink.h>, <linux/netlink.h> and <linux/if_addr.h>.
NEW, DELETE = 20, 21
REQUEST, ACKNOWLEDGE, REPLACE, CREATE = 1, 4, 0x100, 0x400
IFA_ADDRESS, IFA_LOCAL, IFA_CACHEINFO = 1, 2, 6
ARP, BROADCAST = 0x0806, b"\xff" * 6


class Address:
    """An IPv4 address of an interface, alone in its subnet (/32)."""

    def __init__(self, address, interface):
        self.bytes = socket.inet_aton(address)
        self.index = socket.if_nametoindex(interface)
        self.kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)

    def set(self, seconds):
        """Adds it, or has it stay for longer: so many seconds from now. One system call, which is what fences it."""
        lifetime = struct.pack("=IIII", seconds, seconds, 0, 0)
        self._ask(NEW, REPLACE | CREATE, attribute(IFA_CACHEINFO, lifetime))

    def remove(self):
        """Removes it. It may be gone already."""
        try:
            self._ask(DELETE, 0, b"")
        except OSError:
            pass

    def _ask(self, kind, flags, more):
        body = struct.pack("=BBBBI", socket.AF_INET, 32, 0, 0, self.index)
        body += attribute(IFA_LOCAL, self.bytes) + attribute(IFA_ADDRESS, self.bytes) + more
        header = struct.pack("=IHHII", 16 + len(body), kind, REQUEST | ACKNOWLEDGE | flags, 0, 0)
        self.kernel.send(header + body)
        error = struct.unpack_from("=i", self.kernel.recv(4096), 16)[0]
        if error:
            raise OSError(-error, "the kernel refuses the address")


class Neighbours:
    """Who has an address on the network of an interface."""

    def __init__(self, address, interface):
        self.address = socket.inet_aton(address)
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ARP))
        self.wire.bind((interface, ARP))
        self.own = self.wire.getsockname()[4]

    def announce(self):
        """Tells everybody that it is here: a gratuitous ARP, as a request and as an answer, for some heed only one."""
        for operation in (1, 2):
            self._send(operation, self.address, self.address)

    def holder(self, seconds):
        """The hardware address of another machine that has it and says so within this time; None when nobody does."""
        self._send(1, bytes(4), self.address)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.wire.settimeout(left)
            try:
                frame = self.wire.recv(64)
            except TimeoutError:
                break
            hardware, address = frame[22:28], frame[28:32]
            if address == self.address and hardware != self.own:
                return hardware.hex(":")
        return None

    def _send(self, operation, sender, target):
        frame = BROADCAST + self.own + struct.pack("!HHHBBH", ARP, 1, 0x0800, 6, 4, operation)
        frame += self.own + sender + (BROADCAST if operation == 2 else bytes(6)) + target
        self.wire.send(frame)


def attribute(kind, value):
    return struct.pack("=HH", 4 + len(value), kind) + value
