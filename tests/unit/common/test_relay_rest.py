"""A type of event the broker will not take rests, longer each time, and nothing else does."""

from common.relay import Rest


class Watch:
    """A clock in seconds that the test moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_refused_type_rests_and_comes_back() -> None:
    watch = Watch()
    rest = Rest(watch)
    assert rest.refused("a")
    assert rest.types() == ["a"]
    assert not rest.over("a")
    assert rest.over("b")
    watch.at = 1
    assert rest.types() == []


def test_many_refusals_of_one_batch_count_as_one() -> None:
    watch = Watch()
    rest = Rest(watch)
    assert [rest.refused("a") for _ in range(500)] == [True, *[False] * 499]
    watch.at = 0.3
    assert rest.over("a")


def test_the_rests_grow_to_ten_seconds_and_no_further() -> None:
    watch = Watch()
    rest = Rest(watch)
    rests: list[float] = []
    for _ in range(12):
        rest.refused("a")
        begun = watch.at
        while not rest.over("a"):
            watch.at += 0.05
        rests.append(watch.at - begun)
    assert rests[0] < 0.3
    assert 5 <= rests[-1] <= 10.1


def test_a_type_the_broker_takes_again_starts_over() -> None:
    watch = Watch()
    rest = Rest(watch)
    for _ in range(5):
        rest.refused("a")
        watch.at += 20
    rest.succeeded("a")
    rest.refused("a")
    watch.at += 0.25
    assert rest.over("a")
