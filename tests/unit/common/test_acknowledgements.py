"""Whatever order deliveries end in, each is acknowledged once, and none before its time."""

from hypothesis import given
from hypothesis import strategies as st

from common.acknowledgements import Ack, Acknowledgements


def received(count: int) -> Acknowledgements:
    in_hand = Acknowledgements()
    for tag in range(1, count + 1):
        in_hand.receive(tag)
    return in_hand


def test_a_whole_batch_is_acknowledged_with_one_word() -> None:
    assert received(200).settle(range(1, 201)) == [Ack(tag=200, multiple=True)]


def test_a_delivery_still_in_hand_is_not_covered_by_a_later_one() -> None:
    in_hand = received(3)
    assert in_hand.settle([2, 3]) == [Ack(tag=2, multiple=False), Ack(tag=3, multiple=False)]
    assert in_hand.settle([1]) == [Ack(tag=1, multiple=True)]


@given(st.data())
def test_the_broker_knows_exactly_what_was_settled(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 30))
    in_hand = received(count)
    unacknowledged, unsettled = set(range(1, count + 1)), set(range(1, count + 1))
    for tag in data.draw(st.permutations(range(1, count + 1))):
        if tag not in unsettled:
            continue
        group = data.draw(st.sets(st.sampled_from(sorted(unsettled)))) | {tag}
        unsettled -= group
        for ack in in_hand.settle(group):
            covered = {one for one in unacknowledged if one <= ack.tag} if ack.multiple else {ack.tag}
            assert covered <= unacknowledged
            unacknowledged -= covered
        assert unacknowledged == unsettled
    assert len(in_hand) == 0
