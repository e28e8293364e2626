"""``headstart serve`` as a process of its own, and a client that costs little."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from photographs import find_photographs
from processes import NO_GPU, headstart_command, run_timed

_SERVING = re.compile(r"Serving .* on http://127\.0\.0\.1:(\d+)")
_STOPPED = re.compile(r"Stopped: (\d+) of (\d+) requests answered")


@dataclass
class Served:
    """A service that is ready."""

    process: subprocess.Popen[str]
    port: int
    seconds: float

    def resident_mib(self) -> float:
        """Memory that the process holds, Linux only."""
        return round(int(self._told("VmRSS").split()[0]) / 1024, 1)

    def threads(self) -> int:
        """Of the process, Linux only."""
        return int(self._told("Threads"))

    def _told(self, what: str) -> str:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name == what:
                return value
        raise LookupError(what)

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever happened, it does not stay behind."""
        if self.process.poll() is None:
            self.process.kill()

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def end(self) -> tuple[int, int, int]:
        """Status, requests answered and requests accepted, by the process's own count."""
        output, _ = self.process.communicate(timeout=120)
        told = _STOPPED.search(output)
        counts = (int(told[1]), int(told[2])) if told else (-1, -1)
        return self.process.returncode, *counts


def start_service(run: Path, errors: IO[str] | None = None) -> Served:
    """Start it and wait until it says that it is ready; the seconds count from the start.

    What it says on standard error goes to ``errors``, or is shown.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        [headstart_command(), "serve", str(run), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=errors or sys.stderr,
        text=True,
        env={**os.environ, **NO_GPU},
    )
    assert process.stdout is not None
    told = _SERVING.match(process.stdout.readline())
    if told is None:
        sys.exit("headstart serve did not start.")
    port = int(told[1])
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/health/ready") as answer:
        assert answer.status == 200
    return Served(process, port, time.perf_counter() - start)


def fit_photographs(train: Path, workplace: Path) -> Path:
    """A probe of EfficientNet-Lite0 on class folders."""
    run = workplace / "run"
    source = ["--plan", "probe", "--source", "bundled/efficientnet-lite0"]
    run_timed([headstart_command(), "fit", str(train), *source, "--out", str(run), "--json"])
    return run


@dataclass
class Answer:
    """What came back, and when."""

    status: int
    headers: dict[str, str]
    content: Any
    seconds: float


class LostError(Exception):
    """A request was sent and nothing at all came back."""


class Client:
    """One connection that is kept open, and opened again when the service closes it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def post(self, path: str, body: bytes, kind: str) -> Answer:
        start = time.perf_counter()
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            self._writer.write(head.encode() + body)
            await self._writer.drain()
            answer = await self._answer(start)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            raise LostError(repr(error)) from error
        if answer.headers.get("connection") == "close":
            self.close()
        return answer

    async def _answer(self, start: float) -> Answer:
        assert self._reader is not None
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await self._reader.readexactly(int(headers["content-length"]))
        seconds = time.perf_counter() - start
        return Answer(int(lines[0].split()[1]), headers, json.loads(body), seconds)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


def material(options: argparse.Namespace, workplace: Path) -> tuple[list[Path], Path]:
    """Photographs to ask about, and a run of others like them."""
    data = options.data or os.environ.get("HEADSTART_DATA")
    if data is None or not (Path(data) / "ants_bees").is_dir():
        sys.exit("Name the folder that holds ants_bees/: --data, or HEADSTART_DATA.")
    folder = Path(data) / "ants_bees"
    run = options.run or fit_photographs(folder / "train", workplace)
    return find_photographs(folder / "val", workplace), run
