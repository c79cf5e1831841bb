"""A lock around a critical section with a fenced write: `python fenced_write.py 127.0.0.1:7401 127.0.0.1:7402`.

The store refuses a token that is lower than one it has seen: a holder that was stopped for a while cannot do harm, however
late it wakes up.
"""

import sys

from quorate import Client, Token


class Store:
    """What is protected. A real one keeps the highest token beside the value, and compares both in one step."""

    def __init__(self) -> None:
        self.highest = Token(0, 0)
        self.value = 0

    def write(self, value: int, token: Token) -> None:
        if token < self.highest:
            raise PermissionError(f"token {token} is older than {self.highest}")
        self.highest, self.value = token, value


def main(endpoints: list[str]) -> None:
    store = Store()
    with Client(endpoints) as client, client.open_session(ttl=5, label="fenced write") as session:
        lock = session.lock("examples/fenced")
        tokens = []
        for _ in range(3):
            tokens.append(lock.acquire())
            store.write(store.value + 1, tokens[-1])
            print(f"wrote {store.value} with token {tokens[-1]}")
            lock.release()
        try:
            # As one does who was stopped between looking and writing.
            store.write(99, tokens[0])
        except PermissionError as refused:
            print(f"refused: {refused}")


if __name__ == "__main__":
    main(sys.argv[1:] or ["127.0.0.1:7401"])
