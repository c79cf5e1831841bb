"""ZooKeeper as its users have it: three members of Debian's package, kazoo as the client.

Started by the benchmark as `zookeeper.py FOLDER QUICK`; prints a line of JSON for each thing measured, with all its times in
seconds, and ends. What it measures is what rounds.rs measures of the others, by the recipes of kazoo.
"""

import json
import multiprocessing
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

from kazoo.client import KazooClient

CLASSPATH = ":".join(f"/usr/share/java/{jar}.jar" for jar in ("zookeeper", "slf4j-simple", "snappy-java"))


def ports(count):
    """Ports that are free now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    found = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return found


def leads(address):
    """Whether a member says that it leads."""
    host, port = address.split(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1) as asked:
            asked.sendall(b"srvr")
            return b"Mode: leader" in asked.makefile("rb").read()
    except OSError:
        return False


def start(folder):
    """Three members with the tick of the example configuration; their processes and addresses, once one of them leads."""
    peers, elections, clients = ports(3), ports(3), ports(3)
    servers = "".join(f"server.{n + 1}=127.0.0.1:{peers[n]}:{elections[n]}\n" for n in range(3))
    members = []
    for n in range(3):
        data = os.path.join(folder, str(n))
        os.makedirs(data)
        with open(os.path.join(data, "myid"), "w", encoding="ascii") as file:
            file.write(str(n + 1))
        config = os.path.join(folder, f"{n}.cfg")
        with open(config, "w", encoding="ascii") as file:
            file.write(
                f"tickTime=2000\ninitLimit=10\nsyncLimit=5\ndataDir={data}\nclientPort={clients[n]}\n"
                f"clientPortAddress=127.0.0.1\nadmin.enableServer=false\nmaxClientCnxns=0\n"
                f"4lw.commands.whitelist=srvr\n{servers}"
            )
        command = ["setpriv", "--pdeathsig", "KILL", "java", "-Xmx256m", "-cp", CLASSPATH]
        command += ["org.apache.zookeeper.server.quorum.QuorumPeerMain", config]
        members.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    addresses = [f"127.0.0.1:{port}" for port in clients]
    end = time.monotonic() + 60
    while not any(map(leads, addresses)) and time.monotonic() < end:
        time.sleep(0.1)
    return members, sorted(addresses, key=lambda address: not leads(address))


def connect(address, timeout=10.0):
    client = KazooClient(hosts=address, timeout=timeout)
    client.start(timeout=60)
    return client


def tell(what, seconds, rate=None):
    print(json.dumps({"what": what, "seconds": seconds, "per_second": rate}), flush=True)


def lock(addresses, clients, length):
    """Threads with a session each; kazoo has no other way, so much of it is Python's time."""
    connected = [connect(addresses[n % 3]) for n in range(clients)]

    def press(client, number, end, taken):
        own = client.Lock(f"/locks/{number}", str(number))
        while time.monotonic() < end:
            start = time.monotonic()
            own.acquire()
            own.release()
            taken.append(time.monotonic() - start)

    def all_press(length):
        taken, begun = [], time.monotonic()
        args = [(client, n, begun + length, taken) for n, client in enumerate(connected)]
        threads = [threading.Thread(target=press, args=one) for one in args]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return taken, len(taken) / (time.monotonic() - begun)

    all_press(max(length / 4, 1))
    taken, rate = all_press(length)
    for client in connected:
        client.stop()
    tell(f"lock {clients}", taken, rate)


def hand_off(addresses, held, rounds):
    one, two = connect(addresses[0]), connect(addresses[1])
    locks, taken = [one.Lock("/handed", "1"), two.Lock("/handed", "2")], []
    locks[0].acquire()
    for number in range(rounds):
        gives, waits = locks[number % 2], locks[(number + 1) % 2]
        got = []
        thread = threading.Thread(target=lambda: (waits.acquire(), got.append(time.monotonic())))
        thread.start()
        time.sleep(held)
        start = time.monotonic()
        gives.release()
        thread.join()
        taken.append(got[0] - start)
    one.stop()
    two.stop()
    tell(f"hand-off {int(held * 1000)}", taken)


def bind(addresses, rounds):
    client, taken = connect(addresses[0]), []
    client.ensure_path("/bound")
    for number in range(rounds):
        start = time.monotonic()
        client.create(f"/bound/{number}", b"value", ephemeral=True)
        taken.append(time.monotonic() - start)
        client.delete(f"/bound/{number}")
    client.stop()
    tell("bind", taken)


def participant(address, parties, rounds, ready, results):
    client, taken = connect(address), []
    for number in range(rounds):
        barrier = client.DoubleBarrier(f"/double/{parties}/{number}", parties)
        ready.wait()
        start = time.monotonic()
        barrier.enter()
        barrier.leave()
        taken.append(time.monotonic() - start)
    client.stop()
    results.put(taken)


def double_barrier(addresses, parties, rounds):
    """Processes, as Python's threads would wait for each other. Some runs of kazoo's recipe hang: they are given up."""
    ready, results = multiprocessing.Barrier(parties), multiprocessing.Queue()
    args = (parties, rounds, ready, results)
    processes = [multiprocessing.Process(target=participant, args=(addresses[n % 3], *args)) for n in range(parties)]
    for process in processes:
        process.start()
    taken = []
    try:
        for _ in processes:
            taken += results.get(timeout=60)
    except Exception:  # pylint: disable=broad-except
        taken = []
    for process in processes:
        process.kill()
        process.join()
    if taken:
        tell(f"double barrier {parties}", taken)


def fan_out(addresses, watchers, rounds):
    writer = connect(addresses[0])
    writer.create("/watched", b"0")
    connections = [connect(addresses[n % 3]) for n in range(10)]
    taken = []
    for number in range(rounds):
        told, all_told = [], threading.Event()

        def seen(_event):
            told.append(time.monotonic())
            if len(told) == watchers:
                all_told.set()

        for n in range(watchers):
            # One function of its own for each: kazoo tells one function once.
            connections[n % 10].get("/watched", watch=lambda event, n=n: seen(event))
        start = time.monotonic()
        writer.set("/watched", str(number + 1).encode())
        if all_told.wait(30):
            taken.append(max(told) - start)
    writer.delete("/watched")
    for client in [writer, *connections]:
        client.stop()
    tell(f"fan-out {watchers}", taken)


def holder(address, timeout, path, queue):
    begun = time.monotonic()
    client = connect(address, timeout)
    client.create(path, b"", ephemeral=True)
    queue.put(begun)
    signal.pause()


def expiry(addresses, seconds, rounds):
    """The holder is a process that is stopped from outside, since kazoo gives signs of life by itself."""
    client, taken = connect(addresses[0]), []
    for number in range(rounds):
        path, queue = f"/expiry-{seconds}-{number}", multiprocessing.Queue()
        process = multiprocessing.Process(target=holder, args=(addresses[1], seconds, path, queue))
        process.start()
        # The clock is that of all processes.
        start = queue.get()
        gone = threading.Event()
        client.exists(path, watch=lambda event: gone.set())
        process.kill()
        process.join()
        gone.wait(60)
        taken.append(time.monotonic() - start)
    client.stop()
    tell(f"expiry {seconds}", taken)


def locked(address, path, queue):
    client = connect(address, 4.0)
    client.Lock(path, "1").acquire()
    queue.put(True)
    signal.pause()


def succession(addresses, rounds):
    """With the shortest session that two ticks of 2 s allow: 4 s."""
    taken = []
    for number in range(rounds):
        path, queue = f"/office/{number}", multiprocessing.Queue()
        process = multiprocessing.Process(target=locked, args=(addresses[0], path, queue))
        process.start()
        queue.get()
        client, got = connect(addresses[1]), []
        own = client.Lock(path, "2")
        thread = threading.Thread(target=lambda: (own.acquire(), got.append(time.monotonic())))
        thread.start()
        time.sleep(0.7 + random.random())
        start = time.monotonic()
        process.kill()
        process.join()
        thread.join()
        taken.append(got[0] - start)
        client.stop()
    tell("succession", taken)


def main():
    folder, quick = sys.argv[1], sys.argv[2] == "quick"
    members, addresses = start(folder)
    try:
        connect(",".join(addresses)).stop()
        length = 1 if quick else 5
        for clients in (1, 64, 512):
            lock(addresses, clients, length)
        for held in (0.25, 0.015):
            hand_off(addresses, held, 5 if quick else 30)
        bind(addresses, 50 if quick else 500)
        for parties in (3, 32):
            double_barrier(addresses, parties, 5 if quick else 50)
        for watchers in (100, 1000):
            fan_out(addresses, watchers, 3 if quick else 20)
        for seconds in (4,) if quick else (4, 10):
            expiry(addresses, seconds, 2 if quick else 5)
        succession(addresses, 1 if quick else 5)
    finally:
        for member in members:
            member.kill()


if __name__ == "__main__":
    main()
