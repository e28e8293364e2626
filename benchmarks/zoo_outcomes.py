"""The outcomes of the zoo as headstart's experience: what scores are worth, and how sources stand.

The networks that were trained for the zoo are nobody's: they bear names that no source has, and so
teach what the measures are worth and nothing else. So do the two that learned ImageNet, whose
standing among small networks would put them far above all others. How those two stand is said a
second time, among themselves and without measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zoo_measures import PRODUCT
from zoo_reading import BETTER, Pair, by_target

#: Sources that everybody can have, by their name in the zoo.
KNOWN = {
    "efficientnet-lite0": "bundled/efficientnet-lite0",
    "squeezenet1_0": "torchvision/squeezenet1_0",
}
#: Digits that are kept: the file is read at every start.
DIGITS = 5


def own_outcomes(
    pairs: Iterable[Pair], measures: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> list[dict[str, Any]]:
    """Rows for ``seed_experience.py --own``, a target after the other.

    Parameters
    ----------
    pairs : iterable of Pair
        Those that were not tried by all plans, or not measured, are left out.
    measures : mapping
        By target and source.
    """
    known = [one for one in pairs if one.is_whole and one.source in measures.get(one.target, {})]
    rows = []
    for target, some in by_target(known).items():
        rows += [_row(f"zoo: {target}", f"zoo/{one.source}", one, measures) for one in some]
        common = [one for one in some if one.source in KNOWN]
        if len(common) > 1:
            rows += [_row(f"zoo, ImageNet: {target}", KNOWN[one.source], one) for one in common]
    return rows


def _row(
    target: str, source: str, pair: Pair, measures: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    found = {} if measures is None else measures[pair.target][pair.source]
    return {
        "target": target,
        "source": source,
        "outcome": round(pair.accuracy(BETTER) or 0.0, DIGITS),
        "measures": {
            name: float(f"{value:.{DIGITS}g}") for name, value in of_product(found).items()
        },
    }


def of_product(measures: Mapping[str, float]) -> dict[str, float]:
    """Those that the product has, by its own names.

    >>> of_product({"product: knn": 0.5, "knn": 0.4})
    {'knn': 0.5}
    """
    return {
        name.removeprefix(PRODUCT): value
        for name, value in measures.items()
        if name.startswith(PRODUCT)
    }
