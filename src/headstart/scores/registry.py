"""Which scores and similarities there are, and what they take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from headstart.scores.batch_norm_gap import batch_norm_gap
from headstart.scores.coral import coral
from headstart.scores.frechet import frechet_distance
from headstart.scores.gbc import gbc
from headstart.scores.h_score import h_score
from headstart.scores.knn import knn
from headstart.scores.leep import leep
from headstart.scores.logme import logme
from headstart.scores.mmd import mmd
from headstart.scores.ncti import ncti
from headstart.scores.nleep import nleep
from headstart.scores.optimal_transport import optimal_transport_dataset_distance
from headstart.scores.probe import probe
from headstart.scores.proxy_a_distance import proxy_a_distance
from headstart.scores.transrate import transrate

ScoreInputs = Literal["features", "source probabilities"]
SimilarityInputs = Literal["features", "labelled features", "batch norm statistics"]


@dataclass(frozen=True)
class Score:
    """A transferability score: how well a source will do, before training.

    Parameters
    ----------
    name : str
        That of the function.
    function : callable
        From what ``inputs`` says and the labels to a float.
    inputs : {"features", "source probabilities"}
        Its first argument, a row a sample.
    citation : str
        Authors and year.
    higher_is_better : bool
        Whether a better source has the higher score.
    """

    name: str
    function: Callable[..., float]
    inputs: ScoreInputs
    citation: str
    higher_is_better: bool = True


@dataclass(frozen=True)
class Similarity:
    """How close the target data is to what the source was trained on.

    Parameters
    ----------
    name : str
        That of the function.
    function : callable
        From what ``inputs`` says of source and target to a float.
    inputs : {"features", "labelled features", "batch norm statistics"}
        Of each side: a matrix; a matrix and labels; a mean and a variance a layer.
    citation : str
        Authors and year.
    higher_is_closer : bool
        Whether closer data has the higher value.
    """

    name: str
    function: Callable[..., float]
    inputs: SimilarityInputs
    citation: str
    higher_is_closer: bool = False


SCORES: dict[str, Score] = {
    score.name: score
    for score in (
        Score("logme", logme, "features", "You, Liu, Wang and Long, 2021"),
        Score("h_score", h_score, "features", "Ibrahim, Ponomareva and Mazumder, 2021"),
        Score("leep", leep, "source probabilities", "Nguyen, Hassner, Seeger and Archambeau, 2020"),
        Score("nleep", nleep, "features", "Li et al., 2021"),
        Score("gbc", gbc, "features", "Pándy et al., 2022"),
        Score("ncti", ncti, "features", "Wang, Luo, Zheng, Huang and Baktashmotlagh, 2023"),
        Score("transrate", transrate, "features", "Huang, Huang, Rong, Yang and Wei, 2022"),
        Score("knn", knn, "features", "Cover and Hart, 1967"),
        Score("probe", probe, "features", "Alain and Bengio, 2016"),
    )
}

SIMILARITIES: dict[str, Similarity] = {
    similarity.name: similarity
    for similarity in (
        Similarity("frechet_distance", frechet_distance, "features", "Dowson and Landau, 1982"),
        Similarity("mmd", mmd, "features", "Gretton et al., 2012"),
        Similarity("coral", coral, "features", "Sun and Saenko, 2016"),
        Similarity("proxy_a_distance", proxy_a_distance, "features", "Ben-David et al., 2007"),
        Similarity(
            "optimal_transport_dataset_distance",
            optimal_transport_dataset_distance,
            "labelled features",
            "Alvarez-Melis and Fusi, 2020",
        ),
        Similarity("batch_norm_gap", batch_norm_gap, "batch norm statistics", "Li et al., 2016"),
    )
}
