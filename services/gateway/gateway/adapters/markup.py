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
# The colours of every letter of ours; mail programs know no style sheets.
_MARKDOWN.add_render_rule(
    "link_open",
    lambda _self, tokens, index, options, env: (
        f'<a href="{Markup.escape(str(tokens[index].attrGet("href")))}" style="color:#a93620">'
    ),
)


def as_html(words: str) -> Markup:
    """The words as HTML, escaped but for what stands above."""
    return Markup(_MARKDOWN.render(words))  # noqa: S704 - rendered without HTML of the writer's


def as_text(words: str) -> str:
    """The words as a text that is read as it is: links with their addresses, lists with dashes."""
    return "".join(_blocks(_MARKDOWN.parse(words))).strip()


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    numbers: list[int | None] = []
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_open":
                numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
                yield "" if numbers else "\n"
            case "list_item_open":
                yield "  " * (len(numbers) - 1) + _mark(numbers)
            case "inline":
                yield "".join(_inline(token.children or [])) + "\n"
            case "paragraph_close" if not numbers:
                yield "\n"
            case _:
                pass


def _mark(numbers: list[int | None]) -> str:
    number = numbers[-1]
    if number is None:
        return "- "
    numbers[-1] = number + 1
    return f"{number}. "


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
