"""How an exported model of places is used, as its card says it."""

from __future__ import annotations

from collections.abc import Mapping

from headstart.runs.export.place_run import PlaceRun
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.segmentation import SegmentationTask

_PIXELS = """facts = json.load(open("preprocessing.json"))
answers = json.load(open("answers.json"))
image = ImageOps.exif_transpose(Image.open("photo.jpg")).convert("RGB")
height, width = facts["size"]
scale = min(width / image.width, height / image.height)
left, top = (image.width - width / scale) / 2, (image.height - height / scale) / 2
x, y = (math.ceil(round(max(0, -edge), 6)) for edge in (left, top))
padded = ImageOps.expand(image, (x, y, x, y), tuple(facts["fit"]["fill"]))
right, bottom = left + x + width / scale, top + y + height / scale
box = (max(0, left + x), max(0, top + y), min(padded.width, right), min(padded.height, bottom))
way = Image.Resampling[facts["resize"]["interpolation"].upper()]
batch = np.asarray(padded.resize((width, height), way, box=box, reducing_gap=3.0))[None]
"""
_DETECTION = """logits, distances, centerness = (one[0] for one in outputs)
scores = np.sqrt(1 / (1 + np.exp(-logits)) / (1 + np.exp(-centerness)))
middles = np.concatenate([
    (np.indices(grid).reshape(2, -1).T[:, ::-1] + 0.5) * stride
    for grid, stride in zip(answers["grids"], answers["strides"])
])
strides = np.repeat(answers["strides"], [rows * columns for rows, columns in answers["grids"]])
reach = distances * strides[:, None]
corners = np.concatenate([middles - reach[:, :2], middles + reach[:, 2:]], axis=1)


def overlap(one, others):
    sides = np.minimum(one[2:], others[:, 2:]) - np.maximum(one[:2], others[:, :2])
    both = sides.clip(0).prod(axis=1)
    return both / ((one[2:] - one[:2]).prod() + (others[:, 2:] - others[:, :2]).prod(axis=1) - both)


found = []
for code, name in enumerate(answers["classes"]):
    rows = np.argsort(-scores[:, code])
    rows = rows[scores[rows, code] >= answers["threshold"]]
    while len(rows):
        found.append((name, float(scores[rows[0], code]), corners[rows[0]]))
        rows = rows[1:][overlap(corners[rows[0]], corners[rows[1:]]) <= answers["nms_iou"]]
for name, score, corner in sorted(found, key=lambda one: -one[1])[: answers["most_boxes"]]:
    xmin, ymin, xmax, ymax = corner / scale + (left, top, left, top)
    print(name, round(score, 3), max(0, xmin), max(0, ymin), min(image.width, xmax),
          min(image.height, ymax))
"""
_LOCALISATION = """x, y, across, down = outputs[0][0] * (width, height, width, height)
corner = np.array([x - across / 2, y - down / 2, x + across / 2, y + down / 2])
xmin, ymin, xmax, ymax = corner / scale + (left, top, left, top)
print(answers["classes"][0], max(0, xmin), max(0, ymin), min(image.width, xmax),
      min(image.height, ymax))
"""
_SEGMENTATION = """codes = outputs[0][0].argmax(axis=0).astype(np.uint8)
columns = ((np.arange(image.width) + 0.5 - left) * scale).astype(int).clip(0, width - 1)
rows = ((np.arange(image.height) + 0.5 - top) * scale).astype(int).clip(0, height - 1)
mask = codes[np.ix_(rows, columns)]
Image.fromarray(mask).save("mask.png")
for code, name in enumerate(answers["classes"]):
    print(name, (mask == code).mean())
"""
_READING: Mapping[str, tuple[str, str]] = {
    DetectionTask.name: (
        "Of each location, level after level and row by row, `logits` has a number a class, "
        "`distances` those to the left, top, right and bottom edge of a box in strides, and "
        "`centerness` how near to its middle the location is. The program below makes boxes of "
        "them, in pixels of the picture.",
        _DETECTION,
    ),
    LocalisationTask.name: (
        "`box` has the middle (x, y), the width and the height of the box, in shares of the input. "
        "The program below brings it back to the picture.",
        _LOCALISATION,
    ),
    SegmentationTask.name: (
        "`scores` has the shape (n, classes, height, width) of the input. The program below writes "
        "the class of each pixel of the picture into `mask.png`.",
        _SEGMENTATION,
    ),
}


def place_usage(run: PlaceRun, imports: str, call: str) -> str:
    """Markdown with a program that runs as it stands inside of the folder.

    Parameters
    ----------
    run : PlaceRun
        What is used.
    imports, call : str
        Lines of Python; the last of ``call`` gives ``outputs`` for ``batch``.
    """
    said, reading = _READING[run.model.task.name]
    lines = (
        f"import json\nimport math\n\nimport numpy as np\n{imports}"
        f"from PIL import Image, ImageOps\n\n{_PIXELS}{call}{reading}"
    )
    what = (
        "The input takes uint8 pixels of shape (n, height, width, 3) in RGB: the whole picture in "
        "the middle, its aspect kept, with one colour around it. The normalisation is part of the "
        "network. `preprocessing.json` says how to make the input, `answers.json` how to read the "
        "outputs."
    )
    return f"{what} {said}\n\n```python\n{lines}```"
