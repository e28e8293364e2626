"""The page of the service in a real browser."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.journeys.pages import CONTRAST, serious_findings
from tests.serving import GOOD, RED, picture, picture_model, running, several_model, text_model

from headstart.runs.kept_samples import Nearest

pytestmark = pytest.mark.browser
TOKEN = "a-token-of-some-length"
#: Chromium tells its console of every answer that is no success; nothing can be done about it.
_REFUSALS = ("status of 401", "status of 422")


class Kept:
    """Stands in for the samples that a fit keeps."""

    def nearest(self, vector, count=5):
        return [Nearest("red/7.png", "red", 0.93, None, RED)] * count


@pytest.fixture(scope="module")
def colours():
    with running(replace(picture_model(), kept_samples=Kept()), name="colours") as service:
        yield service


@pytest.fixture(scope="module")
def reviews():
    with running(text_model(), name="reviews") as service:
        yield service


@pytest.fixture(scope="module")
def guarded():
    with running(text_model(), token=TOKEN.encode(), name="secret") as service:
        yield service


@dataclass
class Visit:
    """An open page, where it asked and what it complained about."""

    page: Any
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def is_clean(self, refusals=()):
        """Nothing but this service was asked, and the console is empty but for refusals."""
        own = (self.address, "data:", "blob:")
        assert [url for url in self.requests if not url.startswith(own)] == []
        told = [text for text in self.complaints if not any(one in text for one in refusals)]
        assert told == []
        return True


@pytest.fixture
def open_page(browser, request):
    """Opens the page of a service; the scheme and the width may be said."""
    contexts = []

    def open_page(service, scheme="light", width=1100):
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
        contexts.append(context)
        visit = Visit(context.new_page(), f"http://127.0.0.1:{service.port}")
        visit.page.set_default_timeout(10_000)
        visit.page.on("request", lambda asked: visit.requests.append(asked.url))
        visit.page.on("console", lambda message: visit.complaints.append(message.text))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.goto(visit.address)
        return visit

    yield open_page
    for number, context in enumerate(contexts):
        if folder := os.environ.get("HEADSTART_SCREENSHOTS"):
            name = request.node.name.replace("/", "-")
            path = f"{folder}/serve-{name}-{number}.png"
            context.pages[0].screenshot(path=path, full_page=True)
        context.close()


_DROP = """
([name, type, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  document.getElementById("drop").dispatchEvent(
    new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}
"""


def answer(page):
    page.wait_for_selector("#result:not([hidden])")
    return page.locator("#answer").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 380])
def test_a_picture_is_dropped(open_page, colours, scheme, width):
    visit = open_page(colours, scheme, width)
    page = visit.page
    page.wait_for_selector("#ask:not([hidden])")
    assert "to tell blue and red apart" in page.locator("#about").inner_text()
    page.evaluate(_DROP, ["red.png", "image/png", list(RED)])
    assert answer(page) == "red, 100 %"
    page.wait_for_selector("#why:not([hidden])")
    told = "Orange places speak for red, blue ones against it."
    assert page.locator("#why-lead").inner_text() == told
    assert page.locator("#bars li").all_inner_texts()[0].split() == ["red", "100", "%"]
    assert page.locator("#cards li").count() == 5
    page.wait_for_load_state("networkidle")
    assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(CONTRAST) == []
    assert serious_findings(page) == []
    assert visit.is_clean()


def test_a_picture_is_chosen_as_a_file(open_page, colours):
    visit = open_page(colours)
    visit.page.set_input_files(
        "#file", {"name": "b.png", "mimeType": "image/png", "buffer": picture((10, 10, 220))}
    )
    assert answer(visit.page).startswith("blue")
    assert visit.is_clean()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_sentence_is_typed(open_page, reviews, scheme):
    visit = open_page(reviews, scheme)
    page = visit.page
    page.get_by_label("Text").fill(GOOD)
    page.get_by_role("button", name="Predict").click()
    assert answer(page) == "praise, 91 %"
    page.wait_for_selector("#why:not([hidden])")
    assert page.locator("#why-lead").inner_text().endswith("Most of all: good.")
    assert page.locator("#words").inner_text().strip() == GOOD
    assert page.evaluate(CONTRAST) == []
    assert serious_findings(page) == []
    assert visit.is_clean()


def test_keyboard_alone(open_page, reviews):
    visit = open_page(reviews)
    page = visit.page
    page.locator("#text:focus").wait_for()
    page.keyboard.type("a bad film")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert answer(page).startswith("blame")
    page.get_by_role("status").filter(has_text="blame, 91 %.").wait_for()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type(GOOD)
    page.keyboard.press("Control+Enter")
    page.locator("#answer").filter(has_text="praise").wait_for()
    assert visit.is_clean()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_file_chooser_opens_from_the_keyboard(open_page, colours, key):
    visit = open_page(colours)
    chosen = []  # listened to early: Chromium is told so, and does not say when it has heard it
    visit.page.on("filechooser", lambda one: chosen.append(one))
    visit.page.locator("#file:focus").wait_for()
    with visit.page.expect_event("filechooser"):
        visit.page.keyboard.press(key)
    chosen[0].set_files({"name": "r.png", "mimeType": "image/png", "buffer": RED})
    assert answer(visit.page).startswith("red")
    assert visit.is_clean()


def test_nothing_typed_asks_nothing(open_page, reviews):
    visit = open_page(reviews)
    visit.page.get_by_role("button", name="Predict").click()
    assert visit.page.get_by_role("alert").inner_text() == "Type a text first."
    assert not [url for url in visit.requests if "predict" in url]


def test_a_file_that_is_no_picture(open_page, colours):
    visit = open_page(colours)
    visit.page.wait_for_selector("#ask:not([hidden])")
    visit.page.evaluate(_DROP, ["note.txt", "text/plain", list(b"hello")])
    visit.page.wait_for_selector("#fault:not([hidden])")
    told = visit.page.get_by_role("alert").inner_text()
    assert told == "This picture cannot be read: not a picture: starts with b'hello'."
    assert visit.page.evaluate(CONTRAST) == []
    visit.page.evaluate(_DROP, ["red.png", "image/png", list(RED)])
    assert answer(visit.page).startswith("red")
    assert visit.page.locator("#fault").is_hidden()
    assert visit.is_clean(_REFUSALS)


def test_a_wrong_token_and_then_the_right_one(open_page, guarded):
    visit = open_page(guarded)
    page = visit.page
    assert "secret" not in page.content()
    page.get_by_label("Token", exact=True).fill("not-the-right-token")
    page.keyboard.press("Enter")
    page.wait_for_selector("#fault:not([hidden])")
    assert page.get_by_role("alert").inner_text() == "The token is wrong."
    page.get_by_label("Token", exact=True).fill(TOKEN)
    page.keyboard.press("Enter")
    page.get_by_label("Text").fill(GOOD)
    page.keyboard.press("Control+Enter")
    assert answer(page).startswith("praise")
    assert page.locator("#access").is_hidden()
    assert visit.is_clean(_REFUSALS)


def test_a_text_cannot_run_anything(open_page, reviews):
    visit = open_page(reviews)
    given = "good <img src=x onerror=alert(1)> <script>alert(1)</script>"
    visit.page.get_by_label("Text").fill(given)
    visit.page.keyboard.press("Control+Enter")
    visit.page.wait_for_selector("#why:not([hidden])")
    assert visit.page.locator("#words").inner_text().strip() == given
    assert visit.page.locator("#words img").count() == 0
    assert visit.is_clean()


def test_a_service_that_has_ended_is_told_in_words(open_page):
    with running(text_model()) as service:
        visit = open_page(service)
        visit.page.get_by_label("Text").fill(GOOD)
    visit.page.keyboard.press("Control+Enter")
    visit.page.wait_for_selector("#fault:not([hidden])")
    assert "cannot be reached" in visit.page.get_by_role("alert").inner_text()


@pytest.fixture(scope="module")
def scenes():
    with running(several_model(), name="scenes") as service:
        yield service


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 380])
def test_each_of_several_targets_has_a_block(open_page, scenes, scheme, width):
    visit = open_page(scenes, scheme, width)
    page = visit.page
    page.wait_for_selector("#ask:not([hidden])")
    told = "to answer for each: colour, heat, in °C and tags."
    assert page.locator("#about").inner_text().endswith(told)
    page.evaluate(_DROP, ["red.png", "image/png", list(RED)])
    assert answer(page) == "3 answers"
    titles = page.locator("#targets h3").all_inner_texts()
    assert [one.split(": ")[0] for one in titles] == ["colour", "heat, in °C", "tags"]
    assert titles[0] == "colour: red, 100 %"
    assert titles[2] == "tags: red"
    bars = page.locator("#targets section").nth(2).locator("li").all_inner_texts()
    assert [one.split()[0] for one in bars] == ["red", "blue"]
    assert page.locator("#targets section").nth(2).locator("li.first").count() == 1
    assert page.locator("#why").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(CONTRAST) == []
    assert serious_findings(page) == []
    assert visit.is_clean()
