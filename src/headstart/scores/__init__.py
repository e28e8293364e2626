"""Transferability and similarity: pure functions from arrays to one number."""

from headstart.scores.batch_norm_gap import batch_norm_gap
from headstart.scores.coral import coral
from headstart.scores.frechet import frechet_distance
from headstart.scores.gbc import gbc
from headstart.scores.h_score import h_score
from headstart.scores.knn import knn
from headstart.scores.leep import leep
from headstart.scores.logme import logme
from headstart.scores.mmd import mmd
from headstart.scores.ncti import ncti, ncti_of_pool, ncti_parts
from headstart.scores.nleep import nleep
from headstart.scores.optimal_transport import optimal_transport_dataset_distance
from headstart.scores.probe import probe, probe_figures
from headstart.scores.proxy_a_distance import proxy_a_distance
from headstart.scores.registry import SCORES, SIMILARITIES, Score, Similarity
from headstart.scores.transrate import transrate

__all__ = [
    "SCORES",
    "SIMILARITIES",
    "Score",
    "Similarity",
    "batch_norm_gap",
    "coral",
    "frechet_distance",
    "gbc",
    "h_score",
    "knn",
    "leep",
    "logme",
    "mmd",
    "ncti",
    "ncti_of_pool",
    "ncti_parts",
    "nleep",
    "optimal_transport_dataset_distance",
    "probe",
    "probe_figures",
    "proxy_a_distance",
    "transrate",
]
