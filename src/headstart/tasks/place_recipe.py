"""How the head of a task of places is trained where nobody says otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from headstart.activations.windows import PLACED_VIEWS
from headstart.plan import TrainingPlan

_FEWEST_EPOCHS, _MOST_EPOCHS = 8, 100

#: Of boxes.
BOX_TRAINING = TrainingPlan(
    batch_size=16,
    learning_rate=1e-3,
    weight_decay=0.05,
    warm_up=0.2,
    clip_norm=5.0,
    views=PLACED_VIEWS,
)
#: What is seen of pixels changes less from view to view than where boxes are, so that fewer places
#: suffice; which class a surface is must not hang on the light.
_PIXEL_VIEWS = (
    *("original", "mirrored, darker", "closer, brighter", "closer mirrored"),
    *("upper left", "upper right mirrored, brighter", "lower left mirrored, darker"),
    "lower right",
)
#: Of masks.
PIXEL_TRAINING = replace(BOX_TRAINING, views=_PIXEL_VIEWS)


@dataclass(frozen=True)
class PlaceRecipe:
    """Steps, and everything else about the training.

    Parameters
    ----------
    steps : int
        Of training, whatever the number of pictures: epochs follow from it.
    training : TrainingPlan
        Everything else.
    steps_a_class : int
        So many more for each class: the rare ones are learned last.
    """

    steps: int
    training: TrainingPlan = BOX_TRAINING
    steps_a_class: int = 0

    def epochs(self, n_train: int, n_classes: int = 1) -> int:
        """Passes over so many pictures.

        Examples
        --------
        >>> [PlaceRecipe(200).epochs(count) for count in (10, 136, 5000)]
        [100, 22, 8]
        >>> [PlaceRecipe(150, steps_a_class=25).epochs(312, count) for count in (2, 11)]
        [10, 21]
        """
        a_pass = math.ceil(max(1, n_train) / self.training.batch_size)
        steps = self.steps + self.steps_a_class * n_classes
        return min(_MOST_EPOCHS, max(_FEWEST_EPOCHS, round(steps / a_pass)))
