"""Learn words from 62 sentences without labels, and tell good films from bad with 8 that have some.

You learn what a head start in words is worth. Vectors of words are learned from sentences that
nobody labelled, by which words stand near each other, and are carried over: only a head with one
hidden layer learns from the 8 labelled sentences. The same network from scratch, its word vectors
random and trained too, gets the same 8. Both are judged on two sentences, as in the textbook, and
on a hundred, because two say little. Beside them stand headstart's own linear head on the same
vectors, and on those of MiniLM, which has read a billion sentences.
The intervals are over the seeds (of words, head and all) where a row has several, else over the
sentences.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "film_reviews"
JUDGES = ("test", "held_out")
HIDDEN, STEPS, RATE = 16, 300, 0.01
MINILM = "bundled/minilm-l6"


def main() -> None:
    options = _parser().parse_args()
    texts = {name: read(DATA / f"{name}.csv") for name in ("train", *JUDGES)}
    counts = [len(texts[name][0]) for name in JUDGES]
    print(f"{'':<44}" + "".join(f"{f'{count} sentences':<22}" for count in counts))
    with tempfile.TemporaryDirectory() as folder:
        runs = [learn_words(Path(folder) / str(seed), seed) for seed in range(options.seeds)]
        for name, carries in (
            ("from scratch", False),
            ("words carried over, a hidden layer", True),
        ):
            found = [own_network(run, seed, texts, carries) for seed, run in enumerate(runs)]
            tell(name, [mean_told([one[judge] for one in found]) for judge in JUDGES])
        tell("words carried over, headstart's head", with_headstart(f"run:{runs[0]}", texts))
    if not options.without_minilm:
        tell("MiniLM, headstart's head", with_headstart(MINILM, texts))


def read(path: Path) -> tuple[list[str], list[str]]:
    """Sentences and their labels."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["label"] for row in rows]


def learn_words(run: Path, seed: int) -> Path:
    """Word vectors of the sentences without labels, saved: what ``headstart pretrain`` does."""
    from headstart.data import read_unlabelled_texts
    from headstart.fitting import Pretraining, pretrain

    return pretrain(read_unlabelled_texts(DATA / "unlabelled.txt"), Pretraining(seed=seed)).save(
        run
    )


def own_network(run: Path, seed: int, texts: dict[str, Any], carries: bool) -> dict[str, float]:
    """Accuracies of a network of words, their mean and a hidden layer, trained on the 8."""
    import torch
    from torch import nn

    from headstart.backbones.catalogue import load_network

    words, source = load_network(
        f"run:{run}", init="pretrained" if carries else "random", seed=seed
    )
    words.requires_grad_(not carries)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        head = nn.Sequential(nn.Linear(100, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1), nn.Flatten(0))
    network = nn.Sequential(words, head)
    parts = {name: as_tensors(source, *part) for name, part in texts.items()}
    x, y = parts["train"]
    learned = [one for one in network.parameters() if one.requires_grad]
    optimiser = torch.optim.Adam(learned, RATE)
    for _ in range(STEPS):
        optimiser.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(network(x), y).backward()
        optimiser.step()
    with torch.no_grad():
        return {
            name: float(((network(x) > 0) == y.bool()).float().mean())
            for name, (x, y) in parts.items()
        }


def as_tensors(source: Any, texts: list[str], labels: list[str]) -> tuple[Any, Any]:
    """Rows of words, -1 where a sentence has ended, and 1 for good films."""
    import torch
    from torch.nn.utils.rnn import pad_sequence

    rows = [torch.from_numpy(source.preprocessing.tokens(text)) for text in texts]
    padded = pad_sequence(rows, batch_first=True, padding_value=-1)
    return padded, torch.tensor([float(label == "pos") for label in labels])


def with_headstart(source: str, texts: dict[str, Any]) -> list[str]:
    """What ``headstart fit`` with this source comes to."""
    from headstart import TransferClassifier

    told = []
    for judge in JUDGES:
        model = TransferClassifier(source=source, fallback=False).fit(
            *texts["train"], test=texts[judge]
        )
        accuracy = model.result_.test["accuracy"]
        told.append(f"{accuracy.value:.2f} [{accuracy.low:.2f}, {accuracy.high:.2f}]")
    return told


def mean_told(values: list[float]) -> str:
    """Mean over the seeds with a 95 % interval (Student's t)."""
    import numpy as np
    from scipy.stats import t

    mean, n = np.mean(values), len(values)
    half = t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n) if n > 1 else 1.0
    return f"{mean:.2f} [{max(mean - half, 0.0):.2f}, {min(mean + half, 1.0):.2f}]"


def tell(name: str, figures: list[str]) -> None:
    print(f"{name:<44}" + "".join(f"{one:<22}" for one in figures), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="of words and heads (default 20)")
    parser.add_argument("--without-minilm", action="store_true", help="leave its row out")
    return parser


if __name__ == "__main__":
    main()
