"""An order names its photo in one of two ways, never in both and never in none."""

from io import BytesIO
from uuid import UUID

import pytest
from pydantic import ValidationError
from werkzeug.datastructures import FileStorage

from gateway.routes.order_form import OrderForm

SAVED = "01936f5e-0000-7000-8000-000000000001"


def order(**fields: object) -> OrderForm:
    return OrderForm.model_validate({"style": "window-box", **fields})


def test_a_photo_that_is_sent_is_not_saved_unless_that_is_said() -> None:
    form = order(photo=FileStorage(BytesIO(b"photo")))
    assert (form.saved_photo_id, form.save_photo) == (None, False)


def test_a_photo_that_was_saved_is_named_by_its_id() -> None:
    form = order(saved_photo_id=SAVED)
    assert (form.photo, form.saved_photo_id) == (None, UUID(SAVED))


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({}, "photo", "send a photo, or the id of a saved one"),
        ({"photo": "words"}, "photo", "as a file"),
        ({"photo": FileStorage(BytesIO()), "saved_photo_id": SAVED}, "photo", "not both"),
        ({"saved_photo_id": "mine"}, "saved_photo_id", "valid UUID"),
    ],
)
def test_anything_else_is_said_where_it_is_wrong(fields: dict[str, object], field: str, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        order(**fields)
    (error,) = refused.value.errors()
    assert (error["loc"], says in error["msg"]) == ((field,), True)
