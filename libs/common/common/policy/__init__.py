"""The published policy: which versions there are, what they say, and what changed between two of them.

    policies = read_policies()                 every version; raises PolicyBroken
    policies.at(day)                           the newest that was published by then
    difference(before, after)                  sentence by sentence, with the words that changed

The words lie in `policy/` at the root of the project; `versions` leads there, and in a wheel it is what lay there.
"""

from common.policy.difference import Change, ChangeKind, Mark, Piece, difference
from common.policy.reading import DIRECTORY, read_policies
from common.policy.text import (
    NOTICE,
    Binding,
    Policies,
    Policy,
    PolicyBroken,
    Release,
    Section,
    Sentence,
    digest_of_words,
)

__all__ = [
    "DIRECTORY",
    "NOTICE",
    "Binding",
    "Change",
    "ChangeKind",
    "Mark",
    "Piece",
    "Policies",
    "Policy",
    "PolicyBroken",
    "Release",
    "Section",
    "Sentence",
    "difference",
    "digest_of_words",
    "read_policies",
]
