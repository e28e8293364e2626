"""Estimators that say where something is: boxes, one box, or the class of each pixel."""

# ruff: noqa: N803, N806 - X is what scikit-learn and its users call the samples

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from headstart.data.box_reading import read_boxes
from headstart.data.dataset import Dataset
from headstart.data.given_places import given_boxes, given_masks
from headstart.data.mask_meaning import INSTANCES
from headstart.data.mask_reading import read_masks
from headstart.errors import InputError
from headstart.estimator_parameters import shared_settings, weights_file
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.places import fit_places
from headstart.fitting.source_names import source_settings
from headstart.fitting.watch import Watch
from headstart.plan import Plan
from headstart.progress import Progress, silent
from headstart.runs.place_model import PlaceModel, PlacePrediction
from headstart.runs.place_saving import load_places
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.segmentation import SegmentationTask


class _PlaceEstimator(BaseEstimator):
    """What the estimators share; each adds its task and how it reads annotations."""

    _task: ClassVar[str]

    def __init__(
        self,
        source: str | Sequence[str] = "auto",
        plan: str | Plan = "auto",
        *,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        weights: str | Path | None = None,
        test_size: float = 0.2,
        time_limit: float | None = None,
        random_twin: bool = True,
        random_state: int | None = 0,
    ) -> None:
        self.source = source
        self.plan = plan
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weights = weights
        self.test_size = test_size
        self.time_limit = time_limit
        self.random_twin = random_twin
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, test: Any = None, progress: Progress = silent) -> Self:
        """Learn from annotated pictures, and measure how well that went.

        Parameters
        ----------
        X : path, Dataset, or sequence of paths, PIL images or arrays
            Annotations that name their pictures, or pictures. See the class for what is taken.
        y : sequence, folder, or None
            Annotations of the pictures; None where ``X`` brings its own.
        test : X, or (X, y), or None
            Held out; None: a share of the pictures.
        progress : callable
            Told how far the fit is.

        Returns
        -------
        self
            Itself.

        Raises
        ------
        InputError
            If the annotations cannot be used, or nothing can be learned from (a ValueError).
        SourceError, PlanError
            If the source or the plan cannot be had.
        """
        watch = Watch()
        settings = self._settings()
        with watch.step("read"):
            train, names = self._read(X, y, progress)
            X_test, y_test = test if isinstance(test, tuple) and len(test) == 2 else (test, None)
            held_out = None
            if X_test is not None:
                held_out, _ = self._read(X_test, y_test, progress, names)
        settings = self._with_classes(settings, names)
        self.model_: PlaceModel = fit_places(train, held_out, settings, progress, watch)
        self.result_ = self.model_.result_
        return self

    def predict(self, X: Any) -> list[Any]:
        """The answer about each picture, in its own pixels; see the class."""
        check_is_fitted(self)
        return self.model_.predict(X)

    def predict_rows(self, X: Any) -> list[PlacePrediction]:
        """An answer, or the reason why there is none, for every picture, as plain rows."""
        check_is_fitted(self)
        return self.model_.predict_rows(X)

    def save(self, folder: str | Path) -> Path:
        """Write a run folder that :meth:`load` opens."""
        check_is_fitted(self)
        return self.model_.save(folder)

    @staticmethod
    def load(folder: str | Path) -> PlaceModel:
        """The model of a run folder; it predicts as this estimator does."""
        return load_places(folder)

    def _read(
        self, X: Any, y: Any, progress: Progress, classes: Sequence[str] | None = None
    ) -> tuple[Dataset, tuple[str, ...] | None]:
        """Pictures with their annotations, and the names of the classes where they are known."""
        if isinstance(X, Dataset):
            return X, None
        if isinstance(X, (str, os.PathLike)):
            return read_boxes(X, y, progress=progress), None
        return given_boxes(X, y, progress), None

    def _with_classes(
        self, settings: PlaceSettings, names: tuple[str, ...] | None
    ) -> PlaceSettings:
        return settings

    def _sources(self) -> dict[str, Any]:
        """One source with its weights, or several to choose from."""
        names = [self.source] if isinstance(self.source, str) else list(self.source)
        return source_settings(names, weights_file(self))

    def _settings(self) -> PlaceSettings:
        return PlaceSettings(
            self._task,
            **shared_settings(self),
            **self._sources(),
            twin=bool(self.random_twin),
            time_limit=None if self.time_limit is None else float(self.time_limit),
        )


class TransferDetector(_PlaceEstimator):
    """Finds things in pictures: any number of boxes, each with a class and a score.

    ``fit`` takes a table of boxes, a folder of PASCAL VOC files, a COCO file or a folder of YOLO
    files, with ``y`` the folder of the pictures where it is not beside them; or pictures, with
    ``y`` the corners of each picture's boxes, dictionaries of ``boxes`` and ``labels``, or
    :class:`~headstart.data.boxes.Boxes`. ``predict`` gives Boxes with scores above 0.05;
    ``model_.threshold`` says from which on they are worth showing.

    Parameters
    ----------
    source : str or list of str, default="auto"
        A name in the catalogue that reads pictures (``headstart sources``); ``NAME@HxW`` says how
        large the canvas is on which it sees whole pictures. ``"auto"``: the bundled network, on a
        canvas that suits the pictures. Of several the one is taken that takes the least work and
        is within a standard error of the best, by heads that are trained for a short time and
        judged on training pictures that are held back.
    plan : str or Plan, default="auto"
        What is trained beside the head: ``"auto"`` and ``"probe"`` (nothing: all stages frozen and
        run once), ``"freeze:5"`` (the first five stages frozen), ``"full"``, ``"scratch"``, or a
        Plan.
    epochs : int or None, default=None
        Passes over the training pictures, at least 1; None: by their number.
    batch_size : int or None, default=None
        Pictures a training step, at least 1.
    learning_rate : float or None, default=None
        Highest, in training, above 0.
    weights : str or Path or None, default=None
        Local file of weights for the source.
    test_size : float, default=0.2
        Share of the pictures that is held out when ``fit`` gets no test set, above 0 and below 1.
    time_limit : float or None, default=None
        Seconds for the whole fit, above 0: as many views and epochs as there is time for, and the
        random twin where there is. None: as long as it takes.
    random_twin : bool, default=True
        Whether to train the same head on the same network with random weights too, and compare:
        the fit takes twice as long, and the verdict means something.
    random_state : int or None, default=0
        For splits and training; None means 0, so that a fit can always be repeated.

    Attributes
    ----------
    result_ : headstart.evaluation.result.Result
        The figures: ``result_.test["ap50"].value``, ``result_.verdict``.
    model_ : headstart.runs.place_model.PlaceModel
        What predicts; ``save`` writes it.
    """

    _task = DetectionTask.name


class TransferLocaliser(_PlaceEstimator):
    """Finds the one thing in each picture: a box.

    ``fit`` takes what :class:`TransferDetector` takes; pictures with several boxes, or none, are
    set aside. ``predict`` gives Boxes of one box each.

    Parameters
    ----------
    source, plan, epochs, batch_size, learning_rate, weights
        As of :class:`TransferDetector`.
    test_size, time_limit, random_twin, random_state
        As of :class:`TransferDetector`.

    Attributes
    ----------
    result_ : headstart.evaluation.result.Result
        The figures: ``result_.test["mean_iou"].value``, ``result_.verdict``.
    model_ : headstart.runs.place_model.PlaceModel
        What predicts; ``save`` writes it.
    """

    _task = LocalisationTask.name


class TransferSegmenter(_PlaceEstimator):
    """Says for each pixel of a picture which class it belongs to.

    ``fit`` takes a folder of pictures, with ``y`` the folder of their masks or a COCO file; or
    pictures, with ``y`` arrays of shape (height, width), the class of each pixel, 255 where it is
    ignored. ``predict`` gives such arrays.

    Parameters
    ----------
    source, plan, epochs, batch_size, learning_rate, weights
        As of :class:`TransferDetector`.
    test_size, time_limit, random_twin, random_state
        As of :class:`TransferDetector`.
    classes : path, list of str or None, default=None
        A table of the classes with their values or colours, or names; None: the values are names.
    ignore : int or None, default=None
        The value of a mask that is neither learned from nor scored; None: 255.
    instances : bool, default=False
        Whether masks number the objects of one class; then all of them are one class.

    Attributes
    ----------
    result_ : headstart.evaluation.result.Result
        The figures: ``result_.test["mean_iou"].value``, ``result_.per_class``,
        ``result_.verdict``.
    model_ : headstart.runs.place_model.PlaceModel
        What predicts; ``save`` writes it.
    """

    _task = SegmentationTask.name

    def __init__(
        self,
        source: str | Sequence[str] = "auto",
        plan: str | Plan = "auto",
        *,
        classes: str | Path | Sequence[str] | None = None,
        ignore: int | None = None,
        instances: bool = False,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        weights: str | Path | None = None,
        test_size: float = 0.2,
        time_limit: float | None = None,
        random_twin: bool = True,
        random_state: int | None = 0,
    ) -> None:
        super().__init__(
            source,
            plan,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            weights=weights,
            test_size=test_size,
            time_limit=time_limit,
            random_twin=random_twin,
            random_state=random_state,
        )
        self.classes = classes
        self.ignore = ignore
        self.instances = instances

    def _read(
        self, X: Any, y: Any, progress: Progress, classes: Sequence[str] | None = None
    ) -> tuple[Dataset, tuple[str, ...] | None]:
        if isinstance(X, Dataset):
            return X, None
        if isinstance(X, (str, os.PathLike)):
            if y is None:
                raise InputError(
                    f"The folder of pictures {os.fspath(X)!r} comes without masks. Accepted is the "
                    "folder of the masks as y, or a COCO file."
                )
            return read_masks(
                X,
                y,
                classes=classes if self.classes is None else self.classes,
                ignore=self.ignore,
                instances=self.instances,
                progress=progress,
            )
        masks = given_masks(X, y, progress, self.ignore, self.instances)
        return masks, INSTANCES if self.instances and self.classes is None else None

    def _with_classes(
        self, settings: PlaceSettings, names: tuple[str, ...] | None
    ) -> PlaceSettings:
        if names is None and isinstance(self.classes, (list, tuple)):
            names = tuple(str(one) for one in self.classes)
        return replace(settings, classes=names)
