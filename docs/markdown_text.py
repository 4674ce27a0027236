"""Texts of a graph in Markdown: escaped, named in two languages, linked to the web only.

Every text of the graph counts as foreign: a label must not become a heading, a table, a link or an
image, whatever it holds.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from qgraph.cells import clean
from qgraph.terms import local_id

__all__ = ["anchor", "both", "bullets", "entry", "escape", "heading", "link", "page", "when"]

# What an escaped text may still do: link itself (://, www.), which a backslash ends as well.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
_LINKING = re.compile(r"(:)(?=//)|(?<=www)(\.)", re.IGNORECASE)
_SAFE = "%/:?#@!$&'*+,;=~-._"


def escape(text: str) -> str:
    """Make a text mean itself in Markdown, on one line."""
    line = " ".join(clean(text).split())
    return _LINKING.sub(r"\\\g<0>", _SPECIAL.sub(r"\\\1", line))


def link(text: str, address: str) -> str:
    """Link a text of the graph, but only to the web; whatever would end the link is encoded."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return escape(text)
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return escape(text)
    target = re.sub(r"&(?=#?\w+;)", "&amp;", quote(address.strip(), safe=_SAFE))
    return f"[{escape(text)}]({target})"


def anchor(iri: str) -> str:
    """What a place on a page is called in links: the id, as far as an address may hold it."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", local_id(iri)).strip("-")


def both(names: tuple[str, str]) -> str:
    """An English and a Chinese name, escaped; one of them if the other is missing or the same."""
    return " · ".join(dict.fromkeys(escape(name) for name in names if name))


def heading(level: int, place: str, title: str) -> str:
    """A heading that can be linked to; the title is Markdown already."""
    return f'{"#" * level} <a id="{place}"></a>{title}'


def bullets(*items: str) -> str:
    """A list of what there is to tell; empty items are left out."""
    return "\n".join(f"- {item}" for item in items if item)


def page(title: str, *parts: str, made: str) -> str:
    """A whole page: title, where it comes from, and the parts that are not empty."""
    return "\n\n".join([f"# {title}", made, *filter(None, parts)]) + "\n"


def entry(title: str, chinese: str, *parts: str) -> str:
    """One thing on a page: heading, Chinese name, and the parts that are not empty."""
    return "\n\n".join(filter(None, [title, escape(chinese), *parts]))


def when(edtf: str) -> str:
    """Tell an EDTF time in words: ``../2021-10-18`` is "by 2021-10-18"."""
    begin, slash, end = edtf.partition("/")
    if slash and begin in ("..", ""):
        return f"by {when(end)}"
    if slash and end in ("..", ""):
        return f"since {when(begin)}"
    if slash:
        return f"{when(begin)} to {when(end)}"
    bare = edtf.rstrip("?~%")
    about = "about " if "~" in edtf or "%" in edtf else ""
    doubt = " (uncertain)" if "?" in edtf or "%" in edtf else ""
    return f"{about}{escape(bare)}{doubt}"
