"""What a prediction stands on: the parts of a picture or a text that count."""

from headstart.explanations.explain import Explanation, explain
from headstart.explanations.pictures import PictureExplanation
from headstart.explanations.words import TextExplanation

__all__ = ["Explanation", "PictureExplanation", "TextExplanation", "explain"]
