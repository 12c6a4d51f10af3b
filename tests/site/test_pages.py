"""The built book as a reader meets it, in a real browser, at a desk and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.site

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}

OPEN_ALL = "() => document.querySelectorAll('details').forEach(d => d.open = true)"

# Chart text as it is drawn: size in CSS pixels, and its box, for every text that can be seen.
CHART_TEXT = """() => [...document.querySelectorAll('svg')].flatMap((svg, drawing) => {
  if (!svg.checkVisibility() || svg.closest('[aria-hidden=true]')) return [];
  const box = svg.viewBox.baseVal, scale = box && box.width ? svg.getBoundingClientRect().width / box.width : 1;
  return [...svg.querySelectorAll('text')].filter(t => t.textContent.trim() && t.checkVisibility()).map(t => {
    const r = t.getBoundingClientRect();
    return {drawing, exhibit: svg.closest('figure')?.id || '', text: t.textContent.trim(),
            size: parseFloat(getComputedStyle(t).fontSize) * scale, x: r.left, y: r.top, w: r.width, h: r.height};
  });
})"""


def visit(tab, address: str, page: str) -> None:
    tab.goto(f"{address}/{page}")
    tab.evaluate(OPEN_ALL)


def test_no_page_breaks_a_rule_of_wcag_2_2_aa(tab, address, pages):
    axe, broken = Axe(), []
    for page in pages:
        visit(tab, address, page)
        for rule in axe.run(tab, options=WCAG).response["violations"]:
            broken += [f"{page}: {rule['id']}: {node['html'][:160]}" for node in rule["nodes"]]

    assert broken == []


def test_no_page_asks_anything_of_another_host(tab, address, pages):
    for page in pages:
        visit(tab, address, page)
        tab.wait_for_load_state("networkidle")

    assert len(tab.asked) > len(pages)
    assert [url for url in tab.asked if not url.startswith((address, "data:"))] == []


def test_no_page_scrolls_sideways(tab, address, pages):
    wide = []
    for page in pages:
        visit(tab, address, page)
        over = tab.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        wide += [f"{page}: {over} px too wide"] if over > 0 else []

    assert wide == []


def test_chart_text_is_large_enough_and_no_two_labels_overlap(tab, address, pages):
    small, overlapping, seen = [], [], 0
    for page in pages:
        visit(tab, address, page)
        texts = tab.evaluate(CHART_TEXT)
        seen += len(texts)
        small += [f"{page} {t['exhibit']}: '{t['text']}' is {t['size']:.1f} px" for t in texts if t["size"] < 13.95]
        by_drawing: dict[int, list[dict]] = {}
        for text in texts:
            by_drawing.setdefault(text["drawing"], []).append(text)
        for drawn in by_drawing.values():
            overlapping += [
                f"{page} {a['exhibit']}: '{a['text']}' on '{b['text']}'"
                for i, a in enumerate(drawn)
                for b in drawn[i + 1 :]
                if min(a["x"] + a["w"], b["x"] + b["w"]) - max(a["x"], b["x"]) > 1
                and min(a["y"] + a["h"], b["y"] + b["h"]) - max(a["y"], b["y"]) > 0.3 * min(a["h"], b["h"])
            ]

    assert seen > 200
    assert (small, overlapping) == ([], [])


def test_the_words_of_a_page_are_never_smaller_than_16_px(tab, address, pages):
    small = set()
    for page in pages:
        visit(tab, address, page)
        small |= set(
            tab.evaluate(
                """() => [...document.querySelectorAll('article *')].filter(e => e.checkVisibility() && !e.closest('svg')
                   && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
                   && parseFloat(getComputedStyle(e).fontSize) < 15.95)
                   .map(e => `${e.tagName}.${e.className}: ${e.textContent.trim().slice(0, 40)}`)"""
            )
        )

    assert sorted(small) == []


def test_every_drawing_says_what_it_shows_and_has_its_table(tab, address, pages):
    figures = 0
    for page in pages:
        visit(tab, address, page)
        for figure in tab.query_selector_all("figure.pm-ex"):
            figures += 1
            words = figure.inner_text()[:60]
            label = figure.evaluate("f => [...f.querySelectorAll('svg')].map(s => s.getAttribute('aria-label') || '')")
            assert any(len(text) > 20 for text in label) or not label, f"{page}: {words}"
            assert figure.evaluate("f => !!f.querySelector('table caption, ol, ul')"), f"{page}: {words}"
    assert figures > 20


def test_the_first_stop_leads_past_the_navigation(tab, address, pages):
    tab.goto(f"{address}/{pages[0]}")
    tab.keyboard.press("Tab")

    assert "skip" in tab.evaluate("() => document.activeElement.textContent").lower()


def test_a_map_is_one_stop_with_arrow_keys_inside_and_a_way_past(tab, address):
    tab.goto(f"{address}/book/pages/inequalities.html")
    stops = tab.evaluate(
        """() => [...document.querySelectorAll('svg')].filter(s => s.checkVisibility())
           .map(s => s.querySelectorAll('[tabindex="0"]').length).filter(n => n)"""
    )
    assert stops, "no map can be reached by keyboard"
    assert set(stops) == {1}
    tab.evaluate("() => [...document.querySelectorAll('svg [tabindex=\"0\"]')].find(e => e.checkVisibility()).focus()")
    first = tab.evaluate("() => document.activeElement.getAttribute('aria-label')")
    tab.keyboard.press("ArrowRight")
    second = tab.evaluate("() => document.activeElement.getAttribute('aria-label')")
    assert first != second
    assert first.split(":")[1].strip(), "a ward is named with its value"
    tab.keyboard.press("Tab")
    assert tab.evaluate(
        "() => !document.activeElement.closest('svg') || !document.activeElement.matches('[tabindex=\"-1\"]')"
    )


def test_a_made_up_book_says_so_on_every_page_and_in_print(tab, address, pages):
    for page in pages:
        visit(tab, address, page)
        for medium in ("screen", "print"):
            tab.emulate_media(media=medium)
            mark = tab.evaluate("() => [...document.querySelectorAll('.pm-watermark')].some(e => e.checkVisibility())")
            assert mark, f"{page} in {medium}"
        tab.emulate_media(media="screen")
        assert "made up" in tab.inner_text("body").lower()


def test_print_opens_every_row_and_hides_navigation(tab, address):
    tab.goto(f"{address}/book/pages/po1.html")
    tab.emulate_media(media="print")

    assert not tab.evaluate("() => document.querySelector('.bd-sidebar-primary').checkVisibility()")


def test_a_page_reads_without_scripts(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/book/pages/po1.html")

    assert page.locator("article svg[aria-label]").count() > 3
    assert page.locator("article details summary").count() > 3
    context.close()


def test_a_figure_leads_to_its_file_and_row_in_two_clicks(tab, address):
    tab.goto(f"{address}/book/pages/po1.html")
    row = tab.locator("li.pm-row", has=tab.locator(".pm-spark")).first
    measure = row.locator(".pm-mn").get_attribute("id")
    more = row.locator("details.pm-more")
    if more.get_attribute("open") is None:
        more.locator("> summary").click()
    more.locator(f'a[href="origins.html#{measure}"]').first.click()
    tab.wait_for_url(f"**/origins.html#{measure}")

    section = tab.locator("details", has=tab.locator(f"#{measure}"))
    assert section.get_attribute("open") is not None
    assert tab.locator("details[open]").count() == 1
    assert section.locator("tbody tr").first.is_visible()
    # The name of the section is in sight, below what stays at the top of the window.
    tab.wait_for_timeout(300)
    top = section.locator("summary").evaluate(
        "s => { const b = s.getBoundingClientRect(); "
        "return s.contains(document.elementFromPoint(b.left + 20, b.top + b.height / 2)); }"
    )
    assert top


def test_a_link_opens_the_section_of_its_measure_without_scripts(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/book/pages/origins.html")
    measure = page.locator("details.pm-from > div").first.get_attribute("id")
    assert not page.locator(f"#{measure}").is_visible()
    page.goto(f"{address}/book/pages/sources.html")
    page.goto(f"{address}/book/pages/origins.html#{measure}")

    assert page.locator(f"#{measure} tbody tr").first.is_visible()
    context.close()


def test_the_front_door_opens_the_book(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/index.html")
    page.wait_for_url("**/book/index.html")

    assert page.locator("h1").count() == 1
    page.close()
