"""Nobody can tell anything of fewer than twenty people, nor work it out from what is told."""

from collections.abc import Collection, Mapping

from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.groups import K, hidden_groups

People = Mapping[str, frozenset[int]]

# Who made figurines of which style; people may be in several groups.
PEOPLE = st.dictionaries(
    st.sampled_from("abcdefg"), st.frozensets(st.integers(0, 60), min_size=1), min_size=1, max_size=7
)


def hidden(people: People) -> frozenset[str] | None:
    return hidden_groups({group: len(them) for group, them in people.items()}, lambda groups: together(people, groups))


def together(people: People, groups: Collection[str]) -> int:
    return len(frozenset[int]().union(*(people[group] for group in groups)))


@given(people=PEOPLE)
def test_every_group_that_is_told_of_and_those_that_are_hidden_together_are_large_enough(people: People) -> None:
    found = hidden(people)
    if found is None:
        return
    assert all(len(people[group]) >= K for group in people.keys() - found)
    assert not found or (len(found) >= 2 and together(people, found) >= K)


@given(people=PEOPLE)
def test_nothing_is_told_only_where_there_is_no_way_to_tell_anything(people: People) -> None:
    if hidden(people) is None:
        assert len(people) == 1 or together(people, people.keys()) < K


def test_one_small_group_takes_the_smallest_of_the_others_with_it() -> None:
    people = {"a": frozenset(range(3)), "b": frozenset(range(25)), "c": frozenset(range(40))}
    assert hidden(people) == {"a", "b"}


def test_small_groups_that_are_large_together_take_none_with_them() -> None:
    people = {"a": frozenset(range(15)), "b": frozenset(range(15, 30)), "c": frozenset(range(40))}
    assert hidden(people) == {"a", "b"}


def test_where_all_are_large_none_is_hidden() -> None:
    assert hidden({"a": frozenset(range(20)), "b": frozenset(range(21))}) == frozenset()
