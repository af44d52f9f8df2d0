"""What the browser shows at the end of a login. Nothing is loaded from anywhere."""

from __future__ import annotations

import html
from typing import Final

_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center}"
    "main{max-width:28rem;padding:2rem;text-align:center}"
    "h1{font-size:1.4rem;margin:.5rem 0}p{margin:.5rem 0;opacity:.8}"
    ".mark{font-size:2.5rem;line-height:1}"
)


def page(title: str, text: str, *, good: bool = False) -> str:
    """A small page.

    Parameters:
        title: the heading.
        text: a sentence or two below it.
        good: whether the news is.
    """
    mark = "&#10003;" if good else "&#9888;"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
        f'<body><main><div class="mark" aria-hidden="true">{mark}</div>'
        f"<h1>{html.escape(title)}</h1><p>{html.escape(text)}</p></main></body></html>"
    )
