"""The forms that a run can be exported in."""

from __future__ import annotations

from collections.abc import Mapping

from headstart.runs.export.form import Form
from headstart.runs.export.huggingface_form import HuggingFaceForm
from headstart.runs.export.onnx_form import OnnxForm
from headstart.runs.export.openvino_form import OpenVinoForm

#: By the names that the command line takes.
FORMS: Mapping[str, Form] = {
    form.name: form for form in (OnnxForm(), OpenVinoForm(), HuggingFaceForm())
}
