"""Read ready embeddings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset
from headstart.data.labels import check_labels, rows_text
from headstart.errors import InputError


def read_embeddings(vectors: Any, labels: Any = None) -> Dataset:
    """Read ready embeddings.

    Parameters
    ----------
    vectors : array-like or frame of shape (n_samples, n_features)
        Finite numbers. float32 stays, everything else becomes float64.
    labels : array-like of shape (n_samples,) or None
        As :func:`~headstart.data.labels.check_labels` accepts them.

    Returns
    -------
    Dataset

    Raises
    ------
    InputError
        If it is not a table of finite numbers with at least one row and one column.

    Examples
    --------
    >>> len(read_embeddings([[0.5, 1.0], [2.0, 3.0]], ["a", "b"]))
    2
    >>> read_embeddings([[0.5, float("nan")]])
    Traceback (most recent call last):
    ...
    headstart.errors.InputError: Input contains NaN in row 0 of 1. Embeddings must be finite: \
leave these rows out, or fill them in with numpy.nan_to_num.
    """
    matrix = _as_matrix(vectors)
    _refuse_empty(matrix)
    finite = np.isfinite(matrix)
    if not finite.all():
        _refuse_not_finite(matrix, finite)
    checked = None if labels is None else check_labels(labels, len(matrix))
    return Dataset(modality="embedding", vectors=matrix, labels=checked)


def _as_matrix(vectors: Any) -> NDArray[Any]:
    if hasattr(vectors, "nnz") and hasattr(vectors, "toarray"):
        raise InputError(
            f"Sparse data was passed ({type(vectors).__name__}); dense embeddings are accepted. "
            "Convert them with embeddings.toarray()."
        )
    try:
        array = np.asarray(vectors)
        if array.dtype.kind == "c":
            raise InputError(
                "Complex data not supported: the embeddings are complex numbers; accepted are "
                "real ones. Use their real part or their absolute value."
            )
        return array if array.dtype == np.float32 else array.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"The embeddings are not a table of numbers: {error}. Accepted are numbers of shape "
            "(n_samples, n_features); leave columns of text out."
        ) from error


def _refuse_empty(matrix: NDArray[Any]) -> None:
    if matrix.ndim != 2:
        raise InputError(
            f"Expected 2D array, got {matrix.ndim}D array instead: shape {matrix.shape}. "
            "Embeddings have the shape (n_samples, n_features). Reshape your data with "
            "array.reshape(-1, 1) for one feature or array.reshape(1, -1) for one sample."
        )
    for axis, what in enumerate(("sample", "feature")):
        if matrix.shape[axis] == 0:
            raise InputError(
                f"Found array with 0 {what}(s) (shape={matrix.shape}) while a minimum of 1 is "
                "required."
            )


def _refuse_not_finite(matrix: NDArray[Any], finite: NDArray[np.bool_]) -> None:
    what = "NaN" if np.isnan(matrix).any() else "infinity"
    rows = np.flatnonzero(~finite.all(axis=1))
    raise InputError(
        f"Input contains {what} in {rows_text(rows)} of {len(matrix)}. Embeddings must be finite: "
        "leave these rows out, or fill them in with numpy.nan_to_num."
    )
