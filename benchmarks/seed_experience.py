"""The table of standings that headstart knows before its first fit.

From published outcomes: the mean standing of each source that headstart can name, shrunk by the
number of targets, and that number. The outcomes themselves are not copied. From a file of our own
outcomes (``--own``), if there is one: the outcomes with everything that was measured, and so also
what the scores are worth.

The tables are of different years. ImageNet weights of one architecture that somebody else trained
are taken for torchvision's, because the order of architectures is much the same; torchvision's own
weights were older ones in the tables than those that it gives out now.

    python benchmarks/seed_experience.py --tables FOLDER [--own OUTCOMES.json] [--out FILE]

OUTCOMES.json holds ``{"outcomes": [{"target": ..., "source": ..., "outcome": ...,
"measures": {name: value}}]}`` with the names of ``headstart sources``; a higher outcome is better.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from machine import print_table
from published_tables import SCORED, UNSCORED, read_outcomes, tables_argument, tables_folder

SEED = Path(__file__).parents[1] / "src" / "headstart" / "advice" / "seed_experience.json"
#: Tables whose sources are ImageNet networks that torchvision has too, and where they come from.
ORIGINS = {
    "SFDA supervised": "TencentARC/SFDA, tw_group1.py, 3b7edf7",
    "TLL ImageNet models": "thuml/Transfer-Learning-Library, examples/model_selection, c4aa59e",
    "MedMNIST architectures": "DovileDo/transferability-in-medical-imaging, results, 7e308c4",
    "architectures, frozen": "google-research/google-research, stable_transfer, 4963f32",
    "architectures, tuned": "google-research/google-research, stable_transfer, 4963f32",
}
#: Names of the MedMNIST table, which its README spells out.
SHORT = {
    "convnext": "convnext_tiny",
    "densenet": "densenet121",
    "efficientnet": "efficientnet_v2_s",
    "mnasnet": "mnasnet1_0",
    "mobilenet": "mobilenet_v3_small",
    "resnet": "resnet18",
    "shufflenet": "shufflenet_v2_x0_5",
    "vgg": "vgg11",
    "mobilenetv2": "mobilenet_v2",
}
#: ``mobilenet``, ``resnet50v2`` and their like of the other table are no architectures of
#: torchvision, or not surely the same; they take part as rivals under their own names.
KERAS_ONLY = ("mobilenet", "mobilenetv3")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    tables_argument(parser)
    parser.add_argument("--own", type=Path, help="outcomes of our own, as JSON")
    parser.add_argument("--out", type=Path, default=SEED)
    options = parser.parse_args()
    standings = published_standings(tables_folder(options))
    own = own_outcomes(options.own)
    content = {
        "made_by": "benchmarks/seed_experience.py",
        "origin": sorted(set(ORIGINS.values())),
        "standings": standings,
        "outcomes": own,
    }
    options.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print_table([{"source": name, **row} for name, row in standings.items()])
    print(f"\n{len(standings)} standings, {len(own)} outcomes of our own: {options.out}")


def published_standings(folder: Path) -> dict[str, dict[str, Any]]:
    """By source that headstart has: its shrunk mean standing, and the number of data sets."""
    from headstart.advice.prior import static_prior

    outcomes = [one for table in ORIGINS for one in of_table(folder, table)]
    known = static_prior(outcomes)
    data_sets: dict[str, set[str]] = {}
    for one in outcomes:
        data_sets.setdefault(one.source, set()).add(data_set(one.target))
    ours = available()
    return {
        name: {"standing": round(standing.value, 3), "targets": len(data_sets[name])}
        for name, standing in known.items()
        if name in ours
    }


def of_table(folder: Path, table: str) -> list[Any]:
    """Outcomes whose targets bear the name of their table, so that pools stay apart."""
    from dataclasses import replace

    keras = table.startswith("architectures")

    def rename(name: str) -> str:
        return in_keras(name) if keras else f"torchvision/{SHORT.get(name, name)}"

    rows = read_outcomes(folder, {**SCORED, **UNSCORED}[table], rename)
    return [replace(one, target=f"{table}: {one.target}", measures={}) for one in rows]


def in_keras(name: str) -> str:
    if name in KERAS_ONLY:
        return f"keras/{name}"
    torchvision = re.sub(r"^efficientnetb", "efficientnet_b", SHORT.get(name, name))
    return f"torchvision/{torchvision}"


def available() -> set[str]:
    from headstart.backbones.catalogue import list_sources

    return set(list_sources("torchvision/"))


def data_set(target: str) -> str:
    """One name for a data set of which several tables have outcomes.

    >>> data_set("TLL ImageNet models: OxfordIIITPets") == data_set("SFDA supervised: pets")
    True
    """
    plain = re.sub(r"[^a-z0-9]", "", target.rpartition(": ")[2].lower())
    return re.sub(r"^(stanford|oxfordiiit|oxford)|102$", "", plain).removesuffix("s")


def own_outcomes(path: Path | None) -> list[dict[str, Any]]:
    from headstart.advice.experience import read_outcomes as read
    from headstart.advice.experience import to_plain

    if path is None:
        return []
    content = json.loads(path.read_text(encoding="utf-8"))
    return [to_plain(one) for one in read(content["outcomes"])]


if __name__ == "__main__":
    main()
