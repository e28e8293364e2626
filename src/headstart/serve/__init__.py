"""The service: a run answers over HTTP. Nothing here imports torch."""
