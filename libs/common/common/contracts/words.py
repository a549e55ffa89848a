"""What a person last said about a purpose, as orders and their ends carry it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Word(BaseModel):
    """Yes or no, and when; the later word counts, whichever way it travels."""

    model_config = ConfigDict(frozen=True)

    granted: bool
    changed_at: datetime
