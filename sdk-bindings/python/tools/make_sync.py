"""Makes `quorate._sync` from `quorate._aio`, but for `io.py`, in which the two differ; and the tests, the driver and
the measured ways of one from those of the other.

With `--check` nothing is written; it fails when what is there is not what would be.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import unasync

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "quorate" / "_aio"
TARGET = ROOT / "src" / "quorate" / "_sync"
HEAD = "# Made from {} by tools/make_sync.py. Do not edit.\n"
# What is written by hand in both.
OWN = {"__init__.py", "io.py"}
REPLACEMENTS = {
    "_aio": "_sync",
    "aio_lines": "sync_lines",
    "aio_tools": "sync_tools",
    "asynccontextmanager": "contextmanager",
    "test_aio": "test_sync",
    **{
        f"{service}ServiceAsyncStub": f"{service}ServiceStub"
        for service in (
            "Admin",
            "Barrier",
            "Election",
            "Event",
            "Lock",
            "Membership",
            "Name",
            "Quorum",
            "Recovery",
            "Session",
        )
    },
}


def made() -> dict[Path, str]:
    """The synchronous files as they should be."""
    targets = {path: TARGET / path.name for path in sorted(SOURCE.glob("*.py")) if path.name not in OWN}
    tests, drivers = ROOT / "tests" / "cluster", ROOT / "conformance"
    targets[tests / "test_aio.py"] = tests / "test_sync.py"
    units = ROOT / "tests" / "unit"
    targets[units / "test_participation_aio.py"] = units / "test_participation_sync.py"
    targets[drivers / "aio_driver.py"] = drivers / "sync_driver.py"
    ways = ROOT / "benchmark"
    targets[ways / "aio_ways.py"] = ways / "sync_ways.py"
    with tempfile.TemporaryDirectory() as folder:
        rule = unasync.Rule(f"{ROOT}/", f"{folder}/", additional_replacements=REPLACEMENTS)
        unasync.unasync_files([str(path) for path in targets], [rule])
        texts = {path: (Path(folder) / path.relative_to(ROOT)).read_text() for path in targets}
    return {targets[path]: plain(HEAD.format(path.relative_to(ROOT)) + text) for path, text in texts.items()}


def plain(text: str) -> str:
    """Without what is awaited, which in a synchronous program is the answer itself, and formatted."""
    while "Awaitable[" in text:
        start = text.index("Awaitable[")
        inner = start + len("Awaitable[")
        end, depth = inner, 1
        while depth:
            depth += {"[": 1, "]": -1}.get(text[end], 0)
            end += 1
        text = text[:start] + text[inner : end - 1] + text[end:]
    text = text.replace("Awaitable, ", "").replace(", Awaitable", "")
    text = text.replace("from quorate.aio import", "from quorate import").replace("for asyncio", "for plain programs")
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--quiet", "--select", "I,SIM117", "--fix-only"], ["format", "--quiet"]):
        name = ["--stdin-filename", str(TARGET / "any.py"), "-"]
        text = subprocess.run([*ruff, *command, *name], input=text, capture_output=True, text=True, check=True).stdout
    return text


def main() -> int:
    """Writes the files, or compares them."""
    check = "--check" in sys.argv[1:]
    files = made()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is not what comes of its asynchronous twin: run `make stubs`", file=sys.stderr)
        else:
            path.write_text(files[path])
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
