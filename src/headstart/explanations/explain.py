"""The one way in: a model and a sample, whatever it is."""

from __future__ import annotations

from typing import Any

from headstart.data.images import open_image
from headstart.errors import InputError
from headstart.explanations.answers import Answers
from headstart.explanations.pictures import PictureExplanation, explain_picture
from headstart.explanations.words import TextExplanation, explain_text
from headstart.runs.model import Model
from headstart.runs.place_model import PlaceModel

Explanation = PictureExplanation | TextExplanation


def explain(model: Model, sample: Any, label: str | None = None) -> Explanation:
    """Say which parts of a sample speak for a label, by taking each away and predicting again.

    The model's own engine answers, so that what is explained is what is predicted, and no torch is
    needed.

    Parameters
    ----------
    model : Model
        Fitted on pictures or texts.
    sample : PIL image, bytes of a picture file, array of uint8 pixels, or str
        What to explain.
    label : str or None
        Of which class; None: the one that is predicted. A model of numbers has none.

    Raises
    ------
    InputError
        If the model reads ready embeddings, says where something is, or does not know the label.
    UnreadableInputError
        If the sample is no picture.
    """
    if isinstance(model, PlaceModel):
        raise InputError(
            f"A model of {model.task.name} says itself where something is; explained are models "
            "whose answer is a label or a number. Look at its answer on the picture instead: "
            "headstart predict RUN PICTURE --draw FOLDER"
        )
    answers = Answers.of(model, label)
    if model.result_.modality == "text":
        if not isinstance(sample, str):
            raise InputError(
                f"The sample is of type {type(sample).__name__}; this model reads texts. Give a "
                "string."
            )
        return explain_text(answers, sample)
    if model.result_.modality == "image":
        return explain_picture(answers, open_image(sample))
    raise InputError(
        "A model of ready embeddings does not see what they were made of, so that nothing can be "
        "taken away. Fit on the pictures or texts themselves."
    )
