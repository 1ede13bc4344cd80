"""Executed notebooks: shown to who may read code, whole and harmless, and no other file by any address."""

from pathlib import Path

import nbformat
import pytest
import requests
from nbformat import v4
from test_serving_visits import asked_raw
from visitors import logged_in

from optiflow_lib.dashboards.serving.executed import rendered

RUN = "2026-10-31_nightly_001"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def output(kind="display_data", **data):
    return v4.new_output(kind, data={key.replace("_", "/", 1): value for key, value in data.items()})


def notebook(*cells):
    return v4.new_notebook(cells=list(cells))


def executed(folder: Path, *cells, name="10_quality") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.ipynb"
    nbformat.write(notebook(*cells), file)
    return file


HOSTILE = """# Heading <script src="https://evil.example/x.js"></script>

<img src="https://evil.example/a.png" onerror="alert(1)"> [link](javascript:alert(1))
![picture](https://evil.example/b.png) <iframe src="//evil.example"></iframe> <style>body{display:none}</style>
"""
HTML = (
    '<div class="scroll" onclick="alert(1)"><style>@import url(https://evil.example/c.css)</style>'
    '<table class="table"><caption>Rows</caption><thead><tr><th scope="col">Name</th></tr></thead>'
    '<tbody><tr><td data-label="Name">&lt;b&gt; Café</td></tr></tbody></table>'
    '<form action="https://evil.example"><input name="x"></form><script>alert(1)</script></div>'
)


def test_texts_code_tables_pictures_and_faults_are_shown(tmp_path):
    cells = [
        v4.new_markdown_cell("# Inputs\n\nSome `code` and\n\n- a list"),
        v4.new_code_cell(
            "frame = '<b>'",
            outputs=[
                v4.new_output("stream", name="stdout", text="said \x1b[31m<i>\x1b[0m"),
                output("execute_result", text_html=HTML, text_plain="table"),
                output(image_png=PIXEL, text_plain="a picture"),
                output(text_plain="<plain>"),
                v4.new_output("error", ename="E", evalue="v", traceback=["\x1b[31mTrace <back>\x1b[0m"]),
            ],
        ),
        v4.new_raw_cell("raw <b>"),
    ]
    html = rendered(executed(tmp_path, *cells))
    for shown in (
        "<h2>Inputs</h2>",
        "<code>code</code>",
        "<li>a list</li>",
        "frame = &#x27;&lt;b&gt;&#x27;",
        "said &lt;i&gt;",
        '<table class="table"><caption>Rows</caption>',
        '<td data-label="Name">&lt;b&gt; Café</td>',
        f'<img src="data:image/png;base64,{PIXEL}"',
        "&lt;plain&gt;",
        "Trace &lt;back&gt;",
        "raw &lt;b&gt;",
    ):
        assert shown in html


def test_nothing_that_a_notebook_holds_runs_or_asks_anybody(tmp_path):
    hostile = {
        "text_plain": "x",
        "application_javascript": "alert(1)",
        "image_svg+xml": "<svg onload=alert(1)/>",
    }
    broken = output(image_png='"><script>alert(1)</script>', text_plain="broken")
    outputs = [output(text_html=HTML), output(**hostile), broken]
    html = rendered(executed(tmp_path, v4.new_markdown_cell(HOSTILE), v4.new_code_cell("1", outputs=outputs)))
    lower = html.lower()
    for word in (
        "<script",
        "<iframe",
        "<form",
        "<input",
        "<style",
        "<svg",
        "onclick",
        "onerror",
        "evil.example",
    ):
        assert word not in lower, word
    assert "javascript:" not in lower
    assert html.count("<img") == 0


@pytest.fixture(scope="module")
def run_of():
    """Writes a run into the server's folder."""

    def write(running):
        folder = running.settings.paths.runs / RUN
        executed(folder, v4.new_markdown_cell("# Inputs and <b>more</b>"), v4.new_code_cell("answer = 42"))
        (folder.parent / "secret.ipynb").write_text("{}", encoding="utf-8")
        return f"{running.address}/runs/{RUN}/10_quality"

    return write


def test_a_manager_reads_it_in_their_language_under_the_policy_of_every_page(shared, run_of):
    address = run_of(shared)
    answer = logged_in(shared, "zoé").get(address, headers={"Accept-Language": "fr"})
    assert answer.status_code == 200
    assert "Données d&#39;entrée et leur qualité" in answer.text
    assert "answer = 42" in answer.text
    assert "Retour aux nuits" in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["ana", "bob"])
def test_a_buyer_and_a_viewer_may_not(shared, run_of, name):
    address = run_of(shared)
    answer = logged_in(shared, name).get(address)
    assert answer.status_code == 403
    assert "answer = 42" not in answer.text


def test_who_is_not_logged_in_is_led_to_the_form(shared, run_of):
    answer = requests.get(run_of(shared), allow_redirects=False)
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


@pytest.mark.parametrize(
    "path",
    [
        f"/runs/{RUN}/nothing",
        f"/runs/{RUN}/10_quality.ipynb",
        f"/runs/{RUN}/../secret",
        f"/runs/{RUN}/..%2Fsecret",
        f"/runs/{RUN}/%2e%2e%2fsecret",
        "/runs/../secret",
        "/runs/%2e%2e/secret",
        "/runs/..%2f..%2fetc/passwd",
        f"/runs/{RUN}/10_quality/",
        f"/runs/{RUN}",
        "/runs/",
    ],
)
def test_no_other_address_leads_to_a_file(local, run_of, path):
    run_of(local)
    status, answer = asked_raw(local, path)
    assert status == 404
    assert b"answer = 42" not in answer


def test_a_notebook_that_is_damaged_is_a_fault_in_words(local, run_of):
    run_of(local)
    (local.settings.paths.runs / RUN / "20_forecasts.ipynb").write_text("no notebook", encoding="utf-8")
    answer = requests.get(f"{local.address}/runs/{RUN}/20_forecasts")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "Traceback" not in answer.text
