"""Models that need no network to be made, and a service of one on a loopback port."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
from PIL import Image

from headstart.activations.ngrams import ngram_features
from headstart.evaluation.result import Result
from headstart.evaluation.several_targets import SeveralResult, TargetResult
from headstart.evidence import Evidence
from headstart.plan import HeadPlan, frozen_plan
from headstart.runs import Model
from headstart.runs.several_targets import SeveralModel
from headstart.serve.limits import Limits
from headstart.serve.server import Server, listening_socket
from headstart.serve.service import Service
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.multi_label import MultiLabelTask
from headstart.tasks.regression import RegressionTask
from headstart.training.linear_head import LinearHead

CLASSES = ("blue", "red")
GOOD, BAD = "a good film", "a bad film"


def picture(colour=(200, 30, 30), size=(40, 30), format="PNG"):
    """The content of a picture file of one colour."""
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, format)
    return file.getvalue()


RED, BLUE = picture(), picture((30, 30, 200))


def encoded(content):
    return base64.b64encode(content).decode()


def picture_model(task="classification"):
    """How red and how blue a picture is, by the classical features."""
    columns = np.zeros((16 * 16, 3, 2))
    columns[:, 0, 1] = columns[:, 2, 0] = 0.05
    weights = columns.reshape(-1, 2)
    if task == "regression":
        weights = weights[:, 1:]
    return _model("image", ("pixels",), ("pixels", "hog"), weights, CLASSES, task)


def several_model():
    """How red and how blue a picture is, and which of both it shows: three heads, no network."""
    colour, heat = picture_model(), picture_model("regression")
    tags = replace(
        colour,
        task=MultiLabelTask(np.array(CLASSES)),
        head=replace(
            colour.head,
            weights=np.repeat(colour.head.weights, 2, axis=1) * (-1, 1, -1, 1),
            bias=np.array([2.0, -2.0, 2.0, -2.0]),
        ),
    )
    models = {"colour": colour, "heat, in °C": heat, "tags": tags}
    kinds = {name: one.task.name for name, one in models.items()}
    targets = tuple(
        TargetResult(name, replace(one.result_, task=kinds[name])) for name, one in models.items()
    )
    result = SeveralResult("image", 20, 10, "classical", colour.plan.to_dict(), targets)
    return SeveralModel(models, result)


def text_model():
    """Whether a text holds the word good or the word bad."""
    found = ngram_features(["bad", "good"])["words"]
    weights = np.asarray(found.todense()).T * 4.0
    return _model("text", ("words",), ("words", "characters"), weights, ("blame", "praise"))


def _model(modality, reads, stages, weights, classes, task="classification"):
    n_features, n_outputs = weights.shape
    plan = frozen_plan("classical", stages).with_head(HeadPlan(reads, 1.0))
    result = Result(
        task=task,
        modality=modality,
        classes=classes if task == "classification" else (),
        n_train=20,
        n_test=10,
        source="classical",
        plan=plan.to_dict(),
        test={},
        baselines=(),
        compared_with="majority class",
        verdict=None,
        difference=None,
    )
    head = LinearHead(np.zeros(n_features), np.ones(n_features), weights, np.zeros(n_outputs))
    own = ClassificationTask(np.array(classes)) if task == "classification" else RegressionTask()
    return Model(own, plan, head, result, Evidence(()))


@dataclass
class Answer:
    """What the service said."""

    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Running:
    """A service that answers at a port."""

    service: Service
    server: Server
    port: int
    thread: threading.Thread

    def ask(self, method, path, body=None, headers=None):
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.ask("GET", path, None, headers)

    def post(self, path, content, headers=None):
        """JSON, or bytes whose type stands in the headers."""
        if isinstance(content, bytes):
            return self.ask("POST", path, content, headers)
        kind = {"Content-Type": "application/json"}
        return self.ask("POST", path, json.dumps(content).encode(), {**kind, **(headers or {})})

    def stop(self):
        """As a signal does, then wait for the end."""
        self.server.handle_exit(15, None)
        self.thread.join(30)
        assert not self.thread.is_alive()


@contextmanager
def running(model, limits=None, token=None, name="model", change=lambda service: None):
    """A service in a thread of its own, stopped at the end."""
    service = Service(name, model, limits or Limits())
    change(service)
    with listening_socket("127.0.0.1", 0) as opened:
        started = threading.Event()
        server = Server(service, token, started.set)
        thread = threading.Thread(target=server.run, args=([opened],), daemon=True)
        port = opened.getsockname()[1]
        thread.start()
        assert started.wait(30)
        running = Running(service, server, port, thread)
        try:
            yield running
        finally:
            running.stop()
