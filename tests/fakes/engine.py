"""An image engine that paints plain cards, and otherwise does what a test tells it to."""

from collections import deque
from collections.abc import Callable, Sequence
from io import BytesIO
from threading import Event

from PIL import Image

from generation.ports import Painting, PaintingFailed, PaintingUnknown, PaintOrder

CARD = (96, 120)
_COLOURS = ("tomato", "gold", "teal", "orchid")

Outcome = Callable[[PaintOrder], Sequence[Painting]]


def cards(count: int | None = None, *, size: tuple[int, int] = CARD) -> Outcome:
    """As many plain cards as were ordered, or this many; `size` in pixels."""

    def paint(order: PaintOrder) -> Sequence[Painting]:
        wanted = order.variants if count is None else count
        return [card(_COLOURS[n % len(_COLOURS)], size) for n in range(wanted)]

    return paint


def fails(code: str, *, retry_after: float | None = None) -> Outcome:
    """No picture, with this failure code; `retry_after` is how many seconds the engine asks for."""

    def paint(_order: PaintOrder) -> Sequence[Painting]:
        raise PaintingFailed(code, retry_after=retry_after)

    return paint


def never_answers(_order: PaintOrder) -> Sequence[Painting]:
    """Perhaps it took the order, perhaps not."""
    raise PaintingUnknown


def paints(*paintings: Painting) -> Outcome:
    """These very pictures, whatever is ordered."""
    return lambda _order: paintings


def echoes(order: PaintOrder) -> Sequence[Painting]:
    """The photo itself, as it was sent: whatever came with it would be in the picture."""
    with Image.open(BytesIO(order.photo)) as photo:
        width, height = photo.size
    return [Painting(image=order.photo, media_type="image/jpeg", width=width, height=height)] * order.variants


def crashes(_order: PaintOrder) -> Sequence[Painting]:
    """End in a way nobody has foreseen."""
    raise RuntimeError("the engine fell over")


class Hangs:
    """Paints nothing until told; `begun` is set once it hangs."""

    def __init__(self, then: Outcome | None = None) -> None:
        self.begun = Event()
        self.go_on = Event()
        self._then = then or cards()

    def __call__(self, order: PaintOrder) -> Sequence[Painting]:
        """Wait, then paint."""
        self.begun.set()
        assert self.go_on.wait(30), "nobody told the engine to go on"
        return self._then(order)


class FakeEngine:
    """Does what `will` says for the next orders, one each; then paints whatever is ordered."""

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.orders: list[PaintOrder] = []
        self._outcomes: deque[Outcome] = deque()

    def will(self, *outcomes: Outcome) -> None:
        """What happens to the next orders."""
        self._outcomes.extend(outcomes)

    def paint(self, order: PaintOrder) -> Sequence[Painting]:
        """Paint, or do as told."""
        self.orders.append(order)
        outcome = self._outcomes.popleft() if self._outcomes else cards()
        return outcome(order)

    def close(self) -> None:
        """Nothing runs."""


def card(colour: str, size: tuple[int, int]) -> Painting:
    """A picture of one colour with a white square in it, `size` in pixels: a blank one is none."""
    sink = BytesIO()
    sheet = Image.new("RGB", size, colour)
    sheet.paste("white", (size[0] // 3, size[1] // 3, size[0] // 2, size[1] // 2))
    sheet.save(sink, "JPEG")
    return Painting(image=sink.getvalue(), media_type="image/jpeg", width=size[0], height=size[1])
