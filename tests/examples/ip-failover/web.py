"""Answers every HTTP request with the name of the node: web.py ADDRESS PORT"""

import os
import socket
import sys
import threading

NODE = os.environ.get("QUORATE_NODE") or socket.gethostname()
ANSWER = f"HTTP/1.1 200 OK\r\nContent-Length: {len(NODE) + 1}\r\nConnection: close\r\n\r\n{NODE}\n".encode()


def main(address, port):
    with socket.create_server((address, int(port)), backlog=1024) as server:
        while True:
            client, _ = server.accept()
            # A client that was lost in the middle of its request keeps nobody waiting.
            threading.Thread(target=answer, args=(client,), daemon=True).start()


def answer(client):
    with client:
        client.settimeout(1)
        try:
            client.recv(4096)
            client.sendall(ANSWER)
        except OSError:
            pass


main(*sys.argv[1:])
