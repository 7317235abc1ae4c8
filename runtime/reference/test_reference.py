"""The headers have what the reference needs, and the reference is made of it."""

import re

import headers
import pytest
import reference

HEADERS = [headers.read(path) for path in headers.public_headers()]


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: header.path)
def test_every_function_has_its_contract(header):
    """In the comment right above it, or above the group that it stands in."""
    assert headers.without_contract(header) == []


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: header.path)
def test_every_header_says_what_it_is(header):
    assert header.opening


def test_no_function_is_overlooked():
    """Counted in another way: names with a parenthesis, outside of all else."""
    for header in HEADERS:
        text = (headers.RUNTIME / header.path).read_text()
        text = headers.COMMENT.sub("", text)
        text = re.sub(r"#(.*\\\n)*.*\n", "", text)
        text = re.sub(r"\ntypedef[^;]*;", "", text)
        text = re.sub(r"\n\{\n.*?\n\}", ";", text, flags=re.DOTALL)
        text = re.sub(r"\{[^{}]*\{[^{}]*\}[^{}]*\}|\{[^{}]*\}", "", text)
        known = [i.name for g in header.groups for i in g.items if i.kind == "function"]
        assert known == re.findall(r"\b(rt_\w+)\(", text), header.path


def test_page_begins_with_what_holds_for_all_headers():
    page = "\n".join(reference.write(HEADERS[-1].opening, []))
    for rule in ("Threads", "Ownership", "Errors"):
        assert f"- {rule}: " in page


def read(tmp_path, monkeypatch, text):
    monkeypatch.setattr(headers, "RUNTIME", tmp_path)
    (tmp_path / "x.h").write_text(text)
    return headers.read("x.h")


def test_function_without_comment_is_found(tmp_path, monkeypatch):
    text = (
        "/* X. */\n\n/* One. */\nint rt_a(void);\nint rt_b(void);\n\nint rt_c(void);\n"
    )
    header = read(tmp_path, monkeypatch, text)
    assert headers.without_contract(header) == ["rt_c"]


def test_comment_above_an_empty_line_is_no_contract(tmp_path, monkeypatch):
    header = read(tmp_path, monkeypatch, "/* X. */\n\nint rt_a(void);\n")
    assert headers.without_contract(header) == ["rt_a"]


def test_page_has_prototypes_and_prose_but_no_bodies(tmp_path, monkeypatch):
    text = "/*\n * X: y.\n *\n *     code(a * b);\n */\n#ifndef X_H\n#define X_H\n\n"
    text += "/* Gives a * b. */\nstatic inline int rt_a(int a)\n{\n    return a;\n}\n"
    page = "\n".join(reference.write("", [read(tmp_path, monkeypatch, text)]))
    assert "static inline int rt_a(int a);" in page and "return" not in page
    assert "```c\ncode(a * b);\n```" in page and "Gives a \\* b." in page
    assert "X_H" not in page


def test_whole_page(tmp_path, capsys):
    reference.main(tmp_path / "a/reference.md")
    page = (tmp_path / "a/reference.md").read_text()
    assert "functions in" in capsys.readouterr().out
    assert page.count("```") % 2 == 0
    for name in ("rt_spawn", "RT_AWAIT", "struct rt_future {", "## net/tcp.h"):
        assert name in page
