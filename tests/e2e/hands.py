"""How a person works a page: with a pointer, with a thumb, or with the keyboard alone.

The hands on the keyboard never point: they go from one thing to the next with Tab as anybody would, and fail where
the focus does not come, cannot be seen, or lies outside what is on the screen.
"""

from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

# More than any page has: whoever has gone round once does not come to it.
MOST_STEPS = 250
ON_IT = "element => element === document.activeElement"
IN_ITS_GROUP = "element => document.activeElement?.type === 'radio' && document.activeElement.name === element.name"
# An input that a label stands for shows its focus on the label.
OUT_OF_SIGHT = """() => {
  const element = document.activeElement;
  const beside = [...(element.labels ?? []), element.nextElementSibling, element.closest('label')];
  const shows = [element, ...beside].filter(Boolean);
  const outlined = (each) => each && getComputedStyle(each).outlineStyle !== 'none';
  const marked = (each) =>
    outlined(each) || getComputedStyle(each).boxShadow !== 'none' || outlined(each.querySelector(':scope > span'));
  const seen = shows.some((each) => {
    const { top, bottom } = each.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
  if (!shows.some(marked)) return `the focus cannot be seen on ${element.outerHTML.slice(0, 200)}`;
  return seen ? '' : `what has the focus is not on the screen: ${element.outerHTML.slice(0, 200)}`;
}"""


class Hands(Protocol):
    """What every story does with a page."""

    def press(self, thing: Locator) -> None: ...

    def tick(self, box: Locator) -> None: ...

    def choose(self, radio: Locator) -> None: ...

    def write(self, field: Locator, text: str) -> None: ...

    def give(self, field: Locator, file: Path) -> None: ...


class Pointer:
    """A mouse, or a thumb where `touch`."""

    def __init__(self, page: Page, *, touch: bool = False) -> None:
        self._page = page
        self._touch = touch
        _heed_choosers(page)

    def press(self, thing: Locator) -> None:
        if self._touch:
            thing.tap()
        else:
            thing.click()

    def tick(self, box: Locator) -> None:
        box.check()

    def choose(self, radio: Locator) -> None:
        # The picture in front of the radio takes the press, as it does a person's.
        radio.check(force=True)

    def write(self, field: Locator, text: str) -> None:
        field.fill(text)

    def give(self, field: Locator, file: Path) -> None:
        label = self._page.locator(f"label[for={field.get_attribute('id')}]").first
        with self._page.expect_file_chooser() as chosen:
            self.press(label)
        chosen.value.set_files(file)


class Keyboard:
    """Tab, Enter, Space, the arrows, and letters."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._keys = page.keyboard
        _heed_choosers(page)

    def press(self, thing: Locator) -> None:
        self._reach(thing)
        self._keys.press("Enter")

    def tick(self, box: Locator) -> None:
        self._reach(box)
        self._keys.press("Space")
        expect(box).to_be_checked()

    def choose(self, radio: Locator) -> None:
        self._reach(radio, there=IN_ITS_GROUP)
        for _ in range(MOST_STEPS):
            if radio.is_checked():
                return
            self._keys.press("ArrowDown")
        raise AssertionError(f"the arrows do not come to {radio}")

    def write(self, field: Locator, text: str) -> None:
        self._reach(field)
        self._keys.type(text)

    def give(self, field: Locator, file: Path) -> None:
        self._reach(field)
        with self._page.expect_file_chooser() as chosen:
            self._keys.press("Space")
        chosen.value.set_files(file)

    def _reach(self, thing: Locator, *, there: str = ON_IT) -> None:
        expect(thing).to_be_attached()
        expect(thing).to_be_enabled()
        for _ in range(MOST_STEPS):
            if thing.evaluate(there):
                break
            self._keys.press("Tab")
        else:
            raise AssertionError(f"the keyboard does not come to {thing}")
        assert not (hidden := self._page.evaluate(OUT_OF_SIGHT)), hidden


def _heed_choosers(page: Page) -> None:
    """From now on: heeded only while one is expected, a quick press opens it before anybody looks, and it is lost."""
    page.on("filechooser", lambda _chooser: None)
