"""PDFs: tagged, in their language, the same each time, and blind to everything but our files."""

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from pypdf import PdfReader

from register import pdf

pytestmark = pytest.mark.django_db  # who writes is read from the published notice

PAGE = '{% extends "pdf/base.html" %}{% block content %}<h1>Hei</h1>BODY{% endblock %}'


@pytest.fixture
def template(tmp_path: Path, settings: LazySettings):
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    ]

    def write(body: str) -> str:
        (tmp_path / "probe.html").write_text(PAGE.replace("BODY", body))
        return "probe.html"

    return write


def test_a_pdf_is_tagged_titled_and_in_its_language(template) -> None:
    content = pdf.render(
        template("<p>{{ x }}</p>"), {"x": "Ängelholm"}, language="sv", title="Prov"
    )
    reader = PdfReader(BytesIO(content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "sv"
    assert reader.metadata is not None
    assert reader.metadata.title == "Prov"
    assert reader.metadata.author == "LM Group Oy"
    assert "Ängelholm" in reader.pages[0].extract_text()


def test_the_same_input_gives_the_same_bytes(template) -> None:
    name = template("<p>x</p>")
    first, second = (pdf.render(name, {}, language="fi", title="Koe") for _ in range(2))
    assert first == second


def test_what_a_customer_typed_is_text_and_never_markup(template) -> None:
    typed = "<img src='file:///etc/passwd'><b>lihava</b>"
    content = pdf.render(template("<p>{{ x }}</p>"), {"x": typed}, language="fi", title="Koe")
    assert "<b>lihava</b>" in PdfReader(BytesIO(content)).pages[0].extract_text().replace("\n", "")


@pytest.mark.parametrize(
    "body",
    [
        "<img alt='x' src='file:///etc/hostname'>",
        "<img alt='x' src='http://127.0.0.1:1/x.png'>",
        "<img alt='x' src='data:image/png;base64,AAAA'>",
        "<img alt='x' src='static:../kesajetti/settings.py'>",
        "<img alt='x' src='memory:other'>",
        "<style>@import 'file:///etc/hostname';</style>",
        "<style>@font-face{font-family:x;src:url(file:///etc/hostname)}p{font-family:x}</style><p>x",
        "<style>p{background:url(file:///etc/hostname)}</style><p>x</p>",
    ],
)
def test_a_pdf_fetches_nothing_that_is_not_ours(template, body: str) -> None:
    with pytest.raises(pdf.ForbiddenResource):
        pdf.render(template(body), {}, language="fi", title="Koe")
