"""``headstart serve`` under load: as fast as the encoder, nothing lost, nothing mixed up.

Claims: with one process on two cores and 32 clients the service answers at least 0.8 of the
pictures a second that the same model reads from files offline, with a 99th percentile below 1.5 s,
each answer being that of its picture; of four times what it can do it refuses the surplus with 429,
answers what it accepted, and recovers; on SIGTERM under load every accepted request is answered;
it is ready within 3 s.

    python benchmarks/serving_load.py --data FOLDER [--seconds 60] [--clients 32]
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from figures import Row, plain_row, seconds_row, truth_row
from machine import json_argument, report
from others import Others
from processes import keep_to_cores
from service import Answer, Client, LostError, Served, material, start_service

SHARE = 0.8
P99_SECONDS = 1.5
COLD_SECONDS = 3.0
#: Probabilities of one picture may differ by this: products of matrices depend on their sizes.
TOLERANCE = 1e-6
_KIND = "application/octet-stream"


@dataclass
class Seen:
    """What the clients of one experiment saw."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: int = 0
    lost: list[str] = field(default_factory=list)
    without_retry: int = 0


@dataclass
class Pictures:
    """Files, and what the model says of each offline."""

    contents: list[bytes]
    expected: list[dict[str, float]]

    def is_right(self, place: int, answer: Answer) -> bool:
        (given,) = answer.content["predictions"]
        expected = self.expected[place]
        return given["label"] == max(expected, key=expected.__getitem__) and all(
            abs(given["probabilities"][label] - share) <= TOLERANCE
            for label, share in expected.items()
        )


def main() -> None:
    options = _parser().parse_args()
    keep_to_cores(options.cores)
    others = Others()
    with tempfile.TemporaryDirectory(prefix="headstart-serving-") as folder:
        photographs, run = material(options, Path(folder))
        rows = [cold_starts(run, options.starts)]
        served = start_service(run)
        with served:
            rows += experiments(served, Offline(run, photographs), options)
    report("serving_load", [*rows, *others.rows()], options.json)


def experiments(served: Served, offline: Offline, options: argparse.Namespace) -> list[Row]:
    load, paces = Seen(), []
    for _ in range(options.rounds):  # in turns: other programs slow now one, now the other
        share = options.seconds / options.rounds
        before = sum(load.statuses.values())
        seconds = asyncio.run(
            under_load(served.port, offline.pictures, options.clients, share, load)
        )
        pace = (sum(load.statuses.values()) - before) / seconds
        paces.append((pace, offline.pace(options.offline_seconds / options.rounds)))
    rows = load_rows(load, paces, served)
    pictures = offline.pictures
    pace = float(np.median([one for one, _ in paces]))
    rows += asyncio.run(overload_rows(served, pictures, pace, options.overload_seconds))
    rows += asyncio.run(stop_rows(served, pictures, options.clients))
    return rows


class Offline:
    """The same model in this process."""

    def __init__(self, run: Path, photographs: list[Path]) -> None:
        from headstart import load

        self._model, self._photographs = load(run), photographs
        rows = self._model.predict_rows(photographs)
        contents = [path.read_bytes() for path in photographs]
        self.pictures = Pictures(contents, [dict(row.probabilities) for row in rows])

    def pace(self, seconds: float) -> float:
        """Photographs a second that are read, decoded and encoded."""
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            self._model.predict_rows(self._photographs)
            count += len(self._photographs)
        return count / (time.perf_counter() - start)


def cold_starts(run: Path, repetitions: int) -> Row:
    """From the start of the process to its first answer that it is ready."""
    seconds = []
    for _ in range(repetitions):
        served = start_service(run)
        seconds.append(served.seconds)
        served.terminate()
        served.end()
    return seconds_row("headstart serve, from start to ready", seconds, COLD_SECONDS)


async def under_load(
    port: int, pictures: Pictures, clients: int, seconds: float, seen: Seen
) -> float:
    """Each client asks for the next picture as soon as it has its answer; seconds that it took."""
    start = time.perf_counter()
    places = itertools.cycle(range(len(pictures.contents)))
    each = (_client(port, pictures, places, seen, start + seconds) for _ in range(clients))
    await asyncio.gather(*each)
    return time.perf_counter() - start


async def _client(port, pictures, places, seen, until) -> None:
    client = Client(port)
    while time.perf_counter() < until:
        await _ask(client, pictures, next(places), seen)
    client.close()


async def _ask(client: Client, pictures: Pictures, place: int, seen: Seen) -> Answer | None:
    try:
        answer = await client.post("/predict", pictures.contents[place], _KIND)
    except LostError as error:
        seen.lost.append(str(error))
        return None
    seen.statuses[answer.status] += 1
    if answer.status == 200:
        seen.seconds.append(answer.seconds)
        seen.wrong += not pictures.is_right(place, answer)
    elif answer.status == 429:
        seen.without_retry += "retry-after" not in answer.headers
    return answer


def load_rows(load: Seen, paces: list[tuple[float, float]], served: Served) -> list[Row]:
    served_paces, offline_paces = zip(*paces, strict=True)
    shares = [one / other for one, other in paces]
    share = float(np.median(shares))
    p50, p99 = np.percentile(load.seconds, [50, 99])
    return [
        _median_row("offline, decoding included", offline_paces, "pictures/s"),
        _median_row("served", served_paces, "pictures/s"),
        _median_row("served / offline", shares, "", f">= {SHARE}", share >= SHARE),
        plain_row("median of an answer", float(p50), "s"),
        plain_row("99th percentile", float(p99), "s", f"< {P99_SECONDS}", p99 < P99_SECONDS),
        plain_row("answers checked", len(load.seconds), ""),
        plain_row("answers that were wrong", load.wrong, "", "0", load.wrong == 0),
        plain_row("requests lost", len(load.lost), "", "0", not load.lost),
        truth_row("every status was 200", set(load.statuses) == {200}),
        plain_row("memory of the service afterwards", served.resident_mib(), "MiB"),
    ]


async def overload_rows(
    served: Served, pictures: Pictures, pace: float, seconds: float
) -> list[Row]:
    """Requests come at four times the pace, whether the ones before were answered or not."""
    seen, idle = Seen(), [Client(served.port) for _ in range(64)]
    count = int(4 * pace * seconds)
    start = time.perf_counter()
    asked = []
    for number in range(count):
        await asyncio.sleep(start + number / (4 * pace) - time.perf_counter())
        asked.append(asyncio.ensure_future(_ask_once(served.port, idle, pictures, number, seen)))
    await asyncio.gather(*asked)
    took = time.perf_counter() - start
    after = Seen()
    client = Client(served.port)
    for number in range(20):
        await _ask(client, pictures, number, after)
    client.close()
    for one in idle:
        one.close()
    p99 = float(np.percentile(seen.seconds, 99)) if seen.seconds else float("nan")
    good, refused = seen.statuses[200], seen.statuses[429]
    others = sum(seen.statuses.values()) - good - refused
    return [
        plain_row("overload: sent", count / took, "requests/s"),
        plain_row("overload: answered", good / took, "pictures/s"),
        plain_row("overload: refused with 429", 100 * refused / count, "%", "> 0", refused > 0),
        plain_row("overload: 429 without Retry-After", seen.without_retry, "", "0",
             not seen.without_retry),
        plain_row("overload: other statuses", others, "", "0", others == 0),
        plain_row("overload: lost", len(seen.lost), "", "0", not seen.lost),
        plain_row("overload: wrong", seen.wrong, "", "0", seen.wrong == 0),
        plain_row("overload: 99th percentile of what was answered", p99, "s"),
        truth_row("after it 20 of 20 are answered", after.statuses[200] == 20 and not after.wrong),
        plain_row("after it: longest answer", max(after.seconds, default=float("nan")), "s"),
    ]  # fmt: skip


async def _ask_once(port, idle, pictures, number, seen) -> None:
    client = idle.pop() if idle else Client(port)
    try:
        await _ask(client, pictures, number % len(pictures.contents), seen)
    except OSError as error:
        seen.lost.append(f"no connection: {error}")
    if len(idle) < 64:
        idle.append(client)
    else:
        client.close()


async def stop_rows(served: Served, pictures: Pictures, clients: int) -> list[Row]:
    """SIGTERM while all clients have a request under way; they go on as long as they are heard."""
    seen = Seen()
    stopping = asyncio.Event()
    places = itertools.cycle(range(len(pictures.contents)))
    tasks = [
        asyncio.ensure_future(_until_refused(served.port, pictures, places, seen, stopping))
        for _ in range(clients)
    ]
    await asyncio.sleep(3)
    stopping.set()
    served.terminate()
    start = time.perf_counter()
    await asyncio.gather(*tasks)
    status, answered, accepted = await asyncio.to_thread(served.end)
    seconds = time.perf_counter() - start
    return [
        plain_row("SIGTERM under load: requests sent without an answer", len(seen.lost), "", "0",
             not seen.lost),
        plain_row("SIGTERM under load: wrong answers", seen.wrong, "", "0", seen.wrong == 0),
        truth_row("SIGTERM under load: all accepted requests answered", answered == accepted > 0),
        truth_row("SIGTERM under load: every status was 200", set(seen.statuses) == {200}),
        truth_row("SIGTERM under load: exit status 0", status == 0),
        plain_row("SIGTERM under load: until the process ended", seconds, "s"),
    ]  # fmt: skip


async def _until_refused(port, pictures, places, seen, stopping) -> None:
    client = Client(port)
    while True:
        try:
            answer = await _ask(client, pictures, next(places), seen)
        except OSError:  # the port is closed: nothing was sent
            return
        if answer is None or (stopping.is_set() and answer.headers.get("connection") == "close"):
            client.close()
            if answer is None:
                return


def _median_row(what, values, unit, required=None, reached=None) -> Row:
    row = plain_row(what, float(np.median(values)), unit, required, reached)
    return row | {"min": round(min(values), 3), "max": round(max(values), 3), "runs": len(values)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="holds ants_bees/; or HEADSTART_DATA")
    parser.add_argument("--run", type=Path, help="a run of it; without one it is fitted first")
    parser.add_argument("--seconds", type=float, default=60, help="of the load (default 60)")
    parser.add_argument("--overload-seconds", type=float, default=15, help="(default 15)")
    parser.add_argument("--offline-seconds", type=float, default=30, help="in all (default 30)")
    parser.add_argument("--rounds", type=int, default=5, help="load and offline in turns")
    parser.add_argument("--clients", type=int, default=32, help="at once (default 32)")
    parser.add_argument("--starts", type=int, default=5, help="cold starts (default 5)")
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    json_argument(parser, "serving_load")
    return parser


if __name__ == "__main__":
    main()
