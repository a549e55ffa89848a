"""What routes answer with."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """A model of the contract; `model_validate` makes one from a value of the domain with the same fields."""

    model_config = ConfigDict(from_attributes=True)
