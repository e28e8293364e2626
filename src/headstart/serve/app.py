"""The addresses of the service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from headstart import __version__
from headstart.errors import UnreadableInputError
from headstart.serve.access import Access
from headstart.serve.accounting import Accounting
from headstart.serve.answers import answer_of
from headstart.serve.body_limit import BodyLimit
from headstart.serve.description import description
from headstart.serve.openapi import INFER, SAMPLES
from headstart.serve.page import page_response
from headstart.serve.protocol_v2 import (
    InferRequest,
    check_wanted,
    infer_response,
    model_metadata,
    samples_of,
    server_metadata,
)
from headstart.serve.refusals import RefusedError, error_response
from headstart.serve.samples import parsed, read_samples
from headstart.serve.service import Service


def make_app(service: Service, token: bytes | None = None) -> ASGIApp:
    """The whole service as an ASGI application.

    Parameters
    ----------
    service : Service
        What answers; it is closed when the application ends.
    token : bytes or None
        What all but the page and the health of the service need.
    """
    app = FastAPI(
        title="headstart",
        version=__version__,
        description=f"Predictions of the model {service.name!r}.",
        docs_url=None,  # these pages load scripts from another server
        redoc_url=None,
        lifespan=_lifespan(service),
    )
    _add_errors(app)
    _add_page(app, service, needs_token=token is not None)
    _add_predictions(app, service)
    _add_protocol(app, service)
    bounded = BodyLimit(app, service.limits, service.batcher.check_room)
    return Accounting(Access(bounded, token), service)


def _lifespan(service: Service) -> Any:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    return lifespan


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(RefusedError)
    async def refused(_: Request, error: RefusedError) -> JSONResponse:
        return error.response()

    @app.exception_handler(HTTPException)
    async def no_route(_: Request, error: HTTPException) -> JSONResponse:
        return error_response(error.status_code, str(error.detail), error.headers)

    @app.exception_handler(Exception)
    async def defect(_: Request, error: Exception) -> JSONResponse:
        return error_response(500, "A defect of the service; its log says more.")


def _add_page(app: FastAPI, service: Service, needs_token: bool) -> None:
    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return page_response(needs_token)

    @app.get("/model", summary="What the model answers, and how good it is")
    async def model() -> JSONResponse:
        return JSONResponse(description(service))

    @app.get("/metrics", summary="Counters in the form of Prometheus")
    async def metrics() -> Response:
        content = service.metrics.text()
        return Response(content, media_type=service.metrics.content_type)


def _add_predictions(app: FastAPI, service: Service) -> None:
    modality = service.engine.modality

    @app.post(
        "/predict",
        summary="Labels or numbers of samples, or where things are",
        openapi_extra=SAMPLES[modality],
    )
    async def predict(request: Request) -> JSONResponse:
        samples = await read_samples(request, modality, service.limits.samples)
        answers = [answer_of(one) for one in await service.answers(samples)]
        none = all("reason" in one for one in answers)
        return JSONResponse({"predictions": answers}, 422 if none else 200)

    @app.post("/explain", summary="Why one sample is so", openapi_extra=SAMPLES[modality])
    async def explain(request: Request) -> JSONResponse:
        (sample,) = await read_samples(request, modality, 1)
        try:
            return JSONResponse(await service.explanation(sample))
        except UnreadableInputError as error:
            raise RefusedError(422, f"The sample cannot be read: {error}.") from None


def _add_protocol(app: FastAPI, service: Service) -> None:
    _add_health(app, service)

    @app.get("/v2", summary="Open Inference Protocol: the server")
    async def server() -> JSONResponse:
        return JSONResponse(server_metadata())

    @app.get("/v2/models/{name}", summary="Open Inference Protocol: the model")
    async def metadata(name: str) -> JSONResponse:
        _check_name(name, service)
        return JSONResponse(model_metadata(name, service.model))

    @app.post(
        "/v2/models/{name}/infer",
        summary="Open Inference Protocol: predictions",
        openapi_extra=INFER,
    )
    async def infer(name: str, request: Request) -> JSONResponse:
        _check_name(name, service)
        asked = parsed(InferRequest, await request.body())
        check_wanted(asked, service.model)
        samples = samples_of(asked, service.engine.modality, service.limits.samples)
        answers = await service.answers(samples)
        return JSONResponse(infer_response(name, asked, service.model, answers))


def _add_health(app: FastAPI, service: Service) -> None:
    @app.get("/v2/health/live", summary="Open Inference Protocol: the server runs")
    async def live() -> JSONResponse:
        return JSONResponse({"live": True})

    @app.get("/v2/health/ready", summary="Open Inference Protocol: the server answers")
    async def ready() -> JSONResponse:
        return JSONResponse({"ready": not service.draining}, 503 if service.draining else 200)

    @app.get("/v2/models/{name}/ready", summary="Open Inference Protocol: the model answers")
    async def model_ready(name: str) -> JSONResponse:
        _check_name(name, service)
        body = {"name": name, "ready": not service.draining}
        return JSONResponse(body, 503 if service.draining else 200)


def _check_name(name: str, service: Service) -> None:
    if name != service.name:
        raise RefusedError(404, f"There is no such model here; there is {service.name!r}.")
