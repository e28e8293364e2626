"""The page, the description and the counters."""

from __future__ import annotations

import re

from prometheus_client.parser import text_string_to_metric_families
from tests.serving import RED, encoded, picture_model, running

PNG = {"Content-Type": "image/png"}


def values(service):
    """Sample name and labels to value."""
    families = text_string_to_metric_families(service.get("/metrics").body.decode())
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_the_page_runs_its_own_script_and_asks_nobody_else(pictures):
    answer = pictures.get("/")
    page, policy = answer.body.decode(), answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert len(re.findall("'sha256-", policy)) == 2
    assert re.findall(r"(?:src|href)=\"(?!data:|#)", page) == []
    assert "http://" not in page
    assert "https://" not in page
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_tells_nothing_of_the_model(pictures):
    page = pictures.get("/").body.decode()
    assert "colours" not in page
    assert 'data-token="none"' in page


def test_the_model_is_described(pictures):
    told = pictures.get("/model").json
    assert (told["name"], told["modality"], told["task"]) == ("colours", "image", "classification")
    assert told["classes"] == ["blue", "red"]


def test_the_description_has_every_address_and_no_open_reference(pictures):
    told = pictures.get("/openapi.json").json
    assert {"/predict", "/explain", "/metrics", "/v2", "/v2/models/{name}/infer"} <= set(
        told["paths"]
    )
    asked = told["paths"]["/v2/models/{name}/infer"]["post"]["requestBody"]
    assert "$ref" not in str(asked)
    assert "inputs" in str(asked)


def test_there_is_no_page_that_loads_from_elsewhere(pictures):
    assert [pictures.get(path).status for path in ("/docs", "/redoc")] == [404, 404]


def test_other_methods_and_addresses(pictures):
    assert pictures.get("/predict").status == 405
    assert pictures.post("/", b"").status == 405
    assert pictures.get("/../../etc/passwd").status == 404
    assert pictures.get("/nothing").json == {"error": "Not Found"}


def test_requests_samples_and_batches_are_counted():
    with running(picture_model()) as service:
        service.post("/predict", RED, PNG)
        service.post("/predict", {"images": [encoded(RED), encoded(b"x")]})
        service.post("/predict", b"{", {"Content-Type": "application/json"})
        service.get("/some/path/that/anybody/asks/for")
        found = values(service)
    route = ("route", "/predict")
    assert found["headstart_requests_total", route, ("status", "200")] == 2
    assert found["headstart_requests_total", route, ("status", "400")] == 1
    assert found["headstart_requests_total", ("route", "other"), ("status", "404")] == 1
    assert found["headstart_request_seconds_count", route] == 3
    assert found["headstart_samples_total", ("outcome", "answered")] == 2
    assert found["headstart_samples_total", ("outcome", "unreadable")] == 1
    assert found[("headstart_batch_samples_sum",)] == 2
    assert found[("headstart_waiting_samples",)] == 0
    assert found[("process_resident_memory_bytes",)] > 0


def test_a_defect_is_told_without_its_details(caplog):
    def broken(batch):
        list(batch)
        raise RuntimeError("at /a/path/of/the/server")

    def break_it(service):
        service.engine.answers = broken

    with running(picture_model(), change=break_it) as service:
        answer = service.post("/predict", RED, PNG)
    assert answer.status == 500
    assert answer.json == {"error": "A defect of the service; its log says more."}
    assert "at /a/path/of/the/server" in caplog.text
