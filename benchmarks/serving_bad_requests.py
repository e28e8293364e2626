"""``headstart serve`` is sent what no client should send: it stays up, and says what is wrong.

Claim: 10,000 malformed, damaged, huge, slow and cut off requests end in no status 500, no crash, no
word on standard error and no growth of memory, and good requests in between are answered rightly.

    python benchmarks/serving_bad_requests.py --data FOLDER [--count 10000] [--seed 0]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import random
import struct
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from figures import Row, plain_row, truth_row
from machine import json_argument, report
from others import Others
from processes import keep_to_cores
from service import Client, Served, material, start_service

#: Requests at once.
_AT_ONCE = 8
#: Share of the requests after which the memory is what it will stay.
_WARM = 0.3
_GROWTH = 1.1
_SECONDS = 45.0


def main() -> None:
    options = _parser().parse_args()
    keep_to_cores(options.cores)
    others = Others()
    with tempfile.TemporaryDirectory(prefix="headstart-serving-") as folder:
        photographs, run = material(options, Path(folder))
        with (Path(folder) / "errors").open("w+") as errors:
            PATHS.append(f"/v2/models/{run.name}/infer")
            with start_service(run, errors) as served:
                trial = Trial(served, photographs[0].read_bytes(), options.seed)
                asyncio.run(trial.run(options.count))
                rows = trial.rows()
                served.terminate()
                status, *_ = served.end()
            errors.seek(0)
            said = errors.read()
        print(said[-3000:], file=sys.stderr)
        rows += [
            truth_row("it ended with status 0", status == 0),
            truth_row("nothing was said on standard error", not said),
        ]
    report("serving_bad_requests", [*rows, *others.rows()], options.json)


class Trial:
    """Bad requests and what became of them."""

    def __init__(self, served: Served, picture: bytes, seed: int) -> None:
        self.served = served
        self.picture = picture
        self.statuses: dict[str, Counter[str]] = {}
        self.good = self.right = 0
        self.memory: list[float] = []
        self._random = random.Random(seed)
        self._label: str | None = None

    async def run(self, count: int) -> None:
        left = iter(range(count))

        async def work() -> None:
            for number in left:
                if number % 100 == 0:
                    await self._good()
                if number in (int(_WARM * count), count - 1):
                    self.memory.append(self.served.resident_mib())
                await self._bad()

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
        await self._good()
        self.memory.append(self.served.resident_mib())

    async def _good(self) -> None:
        client = Client(self.served.port)
        answer = await client.post("/predict", self.picture, "image/jpeg")
        client.close()
        label = answer.content["predictions"][0].get("label") if answer.status == 200 else None
        self._label = self._label or label
        self.good += 1
        self.right += label is not None and label == self._label

    async def _bad(self) -> None:
        kind = self._random.choices(list(KINDS), [weight for weight, _ in KINDS.values()])[0]
        content, pause, waits = KINDS[kind][1](self._random, self.picture)
        status = await self._sent(content, pause, waits)
        self.statuses.setdefault(kind, Counter())[status] += 1

    async def _sent(self, content: bytes, pause: float, waits: bool) -> str:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.served.port)
        except OSError as error:
            return repr(error)
        try:
            await asyncio.wait_for(_written(writer, content, pause), _SECONDS)
            if not waits:
                return "cut off"
            line = await asyncio.wait_for(reader.readline(), _SECONDS)
            return line.split()[1].decode() if line.startswith(b"HTTP/") else "closed"
        except TimeoutError:
            return "no answer"
        except OSError:
            return "closed"
        finally:
            writer.close()

    def rows(self) -> list[Row]:
        total: Counter[str] = sum(self.statuses.values(), Counter())
        rows = [
            _row(kind, ", ".join(f"{status}: {count}" for status, count in found.most_common(6)))
            for kind, found in sorted(self.statuses.items())
        ]
        server_errors = sum(count for status, count in total.items() if status in ("500", "502"))
        warm, *_, end = self.memory
        return [
            _row("bad requests", sum(total.values())),
            *rows,
            _row("answered with 500", server_errors, "0", server_errors == 0),
            _row("never answered nor closed", total["no answer"], "0", not total["no answer"]),
            _row("good requests in between", self.good),
            _row("of them answered rightly", self.right, f"{self.good}", self.right == self.good),
            _row("memory after the first third, MiB", warm),
            _row("memory at the end, MiB", end, f"<= {_GROWTH * warm:.0f}", end <= _GROWTH * warm),
            _row("threads at the end", self.served.threads()),
        ]


async def _written(writer: asyncio.StreamWriter, content: bytes, pause: float) -> None:
    if not pause:
        writer.write(content)
        await writer.drain()
        return
    for start in range(0, len(content), 7):
        writer.write(content[start : start + 7])
        await writer.drain()
        await asyncio.sleep(pause)


def request(path: str, body: bytes, kind: str, method: str = "POST") -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def damaged(chance: random.Random, content: bytes) -> bytes:
    """Some bytes changed, taken out, repeated, or the end cut off."""
    found = bytearray(content)
    for _ in range(chance.randint(1, 20)):
        place = chance.randrange(max(len(found), 1))
        how = chance.randrange(4)
        if how == 0 and found:
            found[place] = chance.randrange(256)
        elif how == 1:
            del found[place : place + chance.randint(1, 50)]
        elif how == 2:
            found[place:place] = chance.randbytes(chance.randint(1, 50))
        elif chance.random() < 0.2:
            del found[place:]
    return bytes(found)


def pictures_of(content: bytes) -> list[bytes]:
    """A small photograph as files of several formats."""
    from PIL import Image

    with Image.open(BytesIO(content)) as opened:
        small = opened.convert("RGB").resize((60, 40))
    files = []
    for form in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "TGA", "PCX"):
        file = BytesIO()
        small.save(file, form)
        files.append(file.getvalue())
    return files


def bomb(chance: random.Random, _: bytes) -> bytes:
    """A PNG file that says it has very many pixels."""
    side = chance.choice([7_000, 8_000, 20_000, 2**31 - 1])

    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + checksum

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(3_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows)


_FILES: list[bytes] = []


def damaged_picture(chance: random.Random, picture: bytes) -> bytes:
    if not _FILES:
        _FILES.extend(pictures_of(picture))
    return damaged(chance, chance.choice(_FILES))


def nonsense_json(chance: random.Random, depth: int = 3) -> object:
    leaves = [None, True, -1, 1e308, "", "YQ==", "\0", "a" * 50, "../../etc/passwd", "\U0001f600"]
    if depth == 0 or chance.random() < 0.3:
        return chance.choice(leaves)
    if chance.random() < 0.5:
        return [nonsense_json(chance, depth - 1) for _ in range(chance.randint(0, 4))]
    names = ["images", "texts", "inputs", "outputs", "name", "shape", "data", "datatype", "id", "x"]
    chosen = chance.sample(names, chance.randint(0, 4))
    return {name: nonsense_json(chance, depth - 1) for name in chosen}


def json_body(chance: random.Random) -> bytes:
    how = chance.randrange(5)
    if how == 0:
        return b"[" * chance.randint(1, 200_000)
    if how == 1:
        return chance.choice(
            [b"", b"{", b"NaN", b'"\\ud800"', b"\xff\xfe{}", b'{"images": [1e999]}']
        )
    if how == 2:
        images = [base64.b64encode(chance.randbytes(30)).decode()] * chance.randint(0, 80)
        return json.dumps({"images": images}).encode()
    text = json.dumps(nonsense_json(chance)).encode()
    return damaged(chance, text) if how == 3 else text


#: The last one ends with the name of the run, which is known when there is one.
PATHS = ["/predict", "/explain"]
ADDRESSES = ["/predict", "/", "/v2", "/%00", "/..%2f..%2fetc/passwd", "/" * 2000]

#: What is sent, seconds between the pieces of it, and whether an answer is waited for.
Made = tuple[bytes, float, bool]
KINDS: dict[str, tuple[float, Callable[[random.Random, bytes], Made]]] = {
    "damaged pictures": (
        30,
        lambda chance, picture: (
            request(chance.choice(PATHS[:2]), damaged_picture(chance, picture), "image/jpeg"),
            0, True,
        ),
    ),
    "random bytes as a picture": (
        8,
        lambda chance, _: (
            request("/predict", chance.randbytes(chance.randint(0, 2000)), "image/png"), 0, True
        ),
    ),
    "nonsense as JSON": (
        25, lambda chance, _: (request(chance.choice(PATHS), json_body(chance), "application/json"),
                               0, True),
    ),
    "damaged requests": (
        12,
        lambda chance, _: (
            damaged(chance, request("/predict", b'{"images": ["YQ=="]}', "application/json"))
            + b"\r\n\r\n", 0, True,
        ),
    ),
    "random bytes as a request": (
        6, lambda chance, _: (chance.randbytes(chance.randint(1, 500)) + b"\r\n\r\n", 0, True)
    ),
    "other types, methods, addresses": (
        10,
        lambda chance, picture: (
            request(
                chance.choice(ADDRESSES),
                picture[:100],
                chance.choice(["", "text/html", "image/", "multipart/form-data; boundary=x", "é"]),
                chance.choice(["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "POST", "X"]),
            ),
            0, True,
        ),
    ),
    "cut off": (
        6,
        lambda chance, picture: (
            request("/predict", picture, "image/jpeg")[: chance.randint(1, len(picture))], 0, False
        ),
    ),
    "very many pixels": (
        1, lambda chance, _: (request("/predict", bomb(chance, b""), "image/png"), 0, True)
    ),
    "a body of 25 MiB": (
        0.5, lambda *_: (request("/predict", bytes(25 * 2**20), "image/png"), 0, True)
    ),
    "a body said to be of 1 TB": (
        1,
        lambda *_: (
            b"POST /predict HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 999999999999\r\n\r\n",
            0, False,
        ),
    ),
    "slow": (
        0.5,
        lambda chance, _: (
            request("/predict", b"x" * chance.randint(1, 200), "image/png"), 0.1, True
        ),
    ),
}  # fmt: skip


def _row(what: str, value, required: str | None = None, reached: bool | None = None) -> Row:
    return plain_row(what, value, "", required, reached)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="holds ants_bees/; or HEADSTART_DATA")
    parser.add_argument("--run", type=Path, help="a run of it; without one it is fitted first")
    parser.add_argument("--count", type=int, default=10_000, help="requests (default 10000)")
    parser.add_argument("--seed", type=int, default=0, help="of what they hold (default 0)")
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    json_argument(parser, "serving_bad_requests")
    return parser


if __name__ == "__main__":
    main()
