"""Plain words with a little Markdown, as HTML and as text: paragraphs, lists, emphasis and links, and nothing else.

No HTML of the writer's own gets through, no pictures, and links only to https addresses: whatever is none of these
stays as it was typed.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_MARKDOWN: Final = MarkdownIt("zero", {"html": False, "linkify": False}).enable(
    ["emphasis", "link", "list", "autolink", "escape", "entity", "newline"]
)
_MARKDOWN.validateLink = lambda url: url.startswith("https://")  # type: ignore[method-assign]


def as_html(words: str) -> Markup:
    """The words as HTML, escaped but for what stands above."""
    tokens = _MARKDOWN.parse(words)
    for token in _links(tokens):
        # The colours of every letter of ours; mail programs know no style sheets.
        token.attrSet("style", "color:#a93620")
    html: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Markup(html)  # noqa: S704 - rendered without any HTML of the writer's


def as_text(words: str) -> str:
    """The words as a text that is read as it is: links with their addresses, lists with dashes."""
    return "".join(_blocks(_MARKDOWN.parse(words))).strip()


def _links(tokens: Sequence[Token]) -> Iterator[Token]:
    for block in tokens:
        yield from (token for token in block.children or () if token.type == "link_open")


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    # The lists it is in at this point, each with its next number or without any.
    lists: list[int | None] = []
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            lists.append(int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else None)
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            lists.pop()
        elif token.type == "list_item_open":
            yield _mark(lists)
        yield _said(token, inside=bool(lists))


def _said(token: Token, *, inside: bool) -> str:
    """The words of a block, or the empty line after it."""
    if token.type == "inline":
        return "".join(_inline(token.children or [])) + "\n"
    ends = {"paragraph_close", "bullet_list_close", "ordered_list_close"}
    return "\n" if token.type in ends and not inside else ""


def _mark(lists: list[int | None]) -> str:
    number = lists[-1]
    if number is not None:
        lists[-1] = number + 1
    return "  " * (len(lists) - 1) + ("- " if number is None else f"{number}. ")


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    links: list[str] = []
    said = ""
    for token in tokens:
        if token.type == "link_open":
            links.append(str(token.attrGet("href")))
            said = ""
        elif token.type == "link_close":
            address = links.pop()
            yield "" if said == address else f" ({address})"
        elif token.type in {"softbreak", "hardbreak"}:
            yield "\n"
        else:
            said += token.content
            yield token.content
