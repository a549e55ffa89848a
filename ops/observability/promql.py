"""Which metrics and labels a question to Prometheus names. As much of PromQL as that takes. Pure."""

import re

_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_RANGE = re.compile(r"\[[^\]]*\]")
_MATCHERS = re.compile(r"\{([^}]*)\}")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_MATCHER = re.compile(r"([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)")
_NAME = re.compile(r"[a-zA-Z_:][\w:]*")
_WORDS = frozenset({"and", "or", "unless", "bool", "offset", "inf", "nan"})


def metrics_in(expression: str) -> frozenset[str]:
    """The names of metrics and recorded rules in it: what is neither a function, nor an operator, nor a label."""
    bare = _GROUPING.sub(" ", _MATCHERS.sub(" ", _RANGE.sub(" ", _STRING.sub("''", expression))))
    return frozenset(
        found[0]
        for found in _NAME.finditer(bare)
        if found[0].lower() not in _WORDS and not _is_function(bare, found) and not _is_number(bare, found)
    )


def labels_in(expression: str) -> frozenset[str]:
    """The labels it matches, and those it groups by."""
    bare = _RANGE.sub(" ", _STRING.sub("''", expression))
    matched = {label for matchers in _MATCHERS.findall(bare) for label in _MATCHER.findall(matchers)}
    grouped = {label.strip() for labels in _GROUPING.findall(bare) for label in labels.split(",") if label.strip()}
    return frozenset(matched | grouped)


def _is_function(text: str, found: re.Match[str]) -> bool:
    # `sum by (…) (…)`: its grouping is gone, and a space is left.
    return text[found.end() :].lstrip().startswith("(")


def _is_number(text: str, found: re.Match[str]) -> bool:
    return found.start() > 0 and (text[found.start() - 1].isdigit() or text[found.start() - 1] == ".")
