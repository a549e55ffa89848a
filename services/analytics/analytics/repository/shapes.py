"""HyperLogLog of people and t-digests of times (Apache DataSketches), as the bytes they are kept as."""

# datasketches ships no types; it lives in this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false, reportMissingImports=false

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from datasketches import hll_sketch, hll_union, tdigest_double, tgt_hll_type

from analytics.domain import Estimate, Times

# 4096 registers: a standard error of 1.6 %, and next to none up to some hundred people.
_LG_K: Final = 12
# Some two hundred centroids: 4 KiB when full; the tails are nearly exact.
_K: Final = 200
# 95 % of a normal distribution lie within two standard deviations.
_DEVIATIONS: Final = 2


def with_people(kept: bytes | None, names: Collection[bytes]) -> bytes:
    """A sketch of people with these names, too; those it knows already change nothing."""
    sketch = hll_sketch(_LG_K, tgt_hll_type.HLL_4) if kept is None else hll_sketch.deserialize(kept)
    for name in names:
        sketch.update(name.hex())
    return bytes(sketch.serialize_compact())


def with_times(kept: bytes | None, times: Sequence[float]) -> bytes:
    """A digest of times with these, too."""
    digest = tdigest_double(_K) if kept is None else tdigest_double.deserialize(kept)
    for time in times:
        digest.update(time)
    return bytes(digest.serialize())


def estimate_of(sketches: Iterable[bytes]) -> Estimate:
    """How many different people are in any of these."""
    union = hll_union(_LG_K)
    for kept in sketches:
        union.update(hll_sketch.deserialize(kept))
    sketch = union.get_result()
    return Estimate(
        people=float(sketch.get_estimate()),
        at_least=float(sketch.get_lower_bound(_DEVIATIONS)),
        at_most=float(sketch.get_upper_bound(_DEVIATIONS)),
    )


def times_of(digests: Iterable[bytes], ranks: Sequence[float]) -> Times:
    """The times at these ranks of all of these together, of which there is one at least."""
    merged = tdigest_double(_K)
    for kept in digests:
        merged.merge(tdigest_double.deserialize(kept))
    return Times(count=int(merged.get_total_weight()), at={rank: float(merged.get_quantile(rank)) for rank in ranks})
