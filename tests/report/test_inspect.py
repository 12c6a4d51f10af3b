"""The last look at a built site finds each kind of fault, and nothing wrong where nothing is."""

from pathlib import Path

import pytest

from pmif.report.inspect import inspect_site

LABEL = "July to September 2026"
PAGES = ["book/index", "book/pages/po1"]


def page(body: str = "", head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><title>x</title>{head}</head><body><p>{LABEL}</p>{body}</body></html>'
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write(tmp_path, "index.html", page('<a href="book/index.html">Open</a>'))
    write(tmp_path, "book/index.html", page('<h1 id="top">x</h1><a href="pages/po1.html#part">x</a>'))
    write(tmp_path, "book/pages/po1.html", page('<h2 id="part">x</h2><a href="../index.html#top">x</a>'))
    return tmp_path


def write(site: Path, name: str, text: str) -> None:
    (site / name).parent.mkdir(parents=True, exist_ok=True)
    (site / name).write_text(text, encoding="utf-8")


def said(site: Path) -> str:
    return "\n".join(str(fault) for fault in inspect_site(site, PAGES, period_label=LABEL))


def test_a_sound_site_has_no_fault(site: Path):
    assert said(site) == ""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<script src="https://unpkg.com/x.js"></script>', "asks another host for https://unpkg.com/x.js"),
        ('<script src="//cdn.example.org/x.js"></script>', "asks another host for //cdn.example.org/x.js"),
        ('<img alt="x" src="https://example.org/x.png">', "asks another host"),
        ('<img alt="x" srcset="https://example.org/x.png 2x">', "asks another host"),
        ('<link rel="stylesheet" href="https://example.org/x.css">', "asks another host"),
        ('<link rel="preconnect" href="https://example.org">', "asks another host"),
        ("<style>@import 'https://example.org/x.css';</style>", "asks another host"),
        ('<p style="background:url(https://example.org/x.png)">x</p>', "asks another host"),
        ('<svg aria-label="x"><image href="https://example.org/x.png"/></svg>', "asks another host"),
        ('<meta http-equiv="refresh" content="0; url=https://example.org/">', "asks another host"),
        ('<iframe src="https://example.org/"></iframe>', "asks another host"),
        ('<a href="po9.html">x</a>', "links to po9.html, which is not there"),
        ('<a href="#nowhere">x</a>', "has no such place"),
        ('<a href="../index.html#nowhere">x</a>', "book/index.html has no such place"),
        ('<a href="../../../etc/passwd">x</a>', "which is not there"),
        ('<a href="javascript:alert(1)">x</a>', "only http, https, mailto and tel"),
        ('<a href="file:///C:/x">x</a>', "only http, https, mailto and tel"),
        ('<img src="data:image/png;base64,AAAA">', "has no words for those who cannot see it"),
        ('<svg class="pm-svg"></svg>', "has no words for those who cannot see it"),
        ('<div class="cell_input docutils">x</div>', "shows code"),
        ("<pre>Traceback (most recent call last)</pre>", "shows an error"),
        ('<p id="a">x</p><p id="a">y</p>', "has the id 'a' more than once"),
        (f"<p>{Path.home()}/secret/x.csv</p>", "shows the home folder"),
        ('<script src="../../missing.js"></script>', "asks for ../../missing.js, which is not there"),
    ],
)
def test_finds_each_fault(site: Path, body: str, expected: str):
    write(site, "book/pages/po1.html", page('<h2 id="part">x</h2>' + body))

    assert expected in said(site)
    assert "book/pages/po1.html" in said(site)


@pytest.mark.parametrize(
    "body",
    [
        '<a href="https://www.gov.uk/">x</a>',
        '<a href="mailto:x@example.org">x</a>',
        '<svg aria-hidden="true"><path/></svg>',
        '<div aria-hidden="true"><svg></svg><br></div>',
        '<svg role="img" aria-label="Map"></svg>',
        '<img alt="" src="data:image/png;base64,AAAA">',
    ],
)
def test_lets_pass_what_is_sound(site: Path, body: str):
    write(site, "book/pages/po1.html", page('<h2 id="part">x</h2>' + body))

    assert said(site) == ""


def test_hidden_parts_end_where_they_end(site: Path):
    body = '<div aria-hidden="true"><p>x<br></div><svg></svg>'
    write(site, "book/pages/po1.html", page('<h2 id="part">x</h2>' + body))

    assert "has no words" in said(site)


def test_pages_missing_left_over_or_of_another_period(site: Path):
    write(site, "book/pages/old.html", page())
    write(site, "book/index.html", page('<h1 id="top">x</h1>').replace(LABEL, "April to June 2026"))
    (site / "book/pages/po1.html").unlink()

    words = said(site)

    assert "book/pages/old.html: was built, but is not in the contents" in words
    assert "book/pages/po1.html: is in the contents but was not built" in words
    assert "book/index.html: does not say which period it is of" in words


def test_style_sheets_ask_nobody_else(site: Path):
    write(site, "_static/x.css", "@font-face { src: url('https://fonts.example.org/x.woff2') }")

    assert "_static/x.css: asks another host for https://fonts.example.org/x.woff2" in said(site)
