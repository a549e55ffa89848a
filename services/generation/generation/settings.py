"""Generation's settings; the only reader of its environment."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from common.settings import PREFIX, ExportSettings
from generation.domain import SAVED_PHOTOS


def _separate(names: object) -> object:
    return tuple(name.strip() for name in names.split(",") if name.strip()) if isinstance(names, str) else names


# In the environment: names with commas between them.
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_separate), Field(min_length=1)]


class Settings(ExportSettings):
    """Read from FIGURINE_… variables."""

    s3_endpoint: str
    s3_access_key: str
    s3_secret_key: SecretStr
    # What figurines are sealed with; the newest key first.
    sealing_keys: SecretStr
    # What uploads are sealed with: shared with the gateway, which seals them.
    upload_keys: SecretStr
    renderers: int = Field(default=2, ge=1)
    # How many figurines of one person are painted at once, by whatever engine.
    person_concurrency: int = Field(default=2, ge=1)
    # How long a silent renderer keeps its job.
    lease_seconds: int = 20
    # How many models are made at once, and how many one person may have in the making.
    model_makers: int = 1
    models_per_person: int = 3
    # How many photos one person may save.
    saved_photos_per_person: int = Field(default=SAVED_PHOTOS, ge=0)
    # What pictures are signed with (C2PA), and whose signatures count besides the chain's own authority.
    provenance_cert: Path
    provenance_key: Path
    provenance_anchors: Path | None = None
    # Of how many people at least a group has to be that the quality report shows.
    quality_least_people: int = Field(default=5, ge=2)
    # With a key, Google Gemini paints for those who agreed to it.
    gemini_api_key: SecretStr | None = None
    # Whether Google may use what comes with an unpaid key to train its models.
    gemini_key_tier: Literal["paid", "unpaid"] | None = None
    # Tried in this order; one that has been retired is passed over.
    gemini_models: Names = ("gemini-2.5-flash-image", "gemini-nano-banana-2.1", "gemini-3.1-flash-lite-image")
    # Google's own without it.
    gemini_base_url: str | None = None
    # How many figurines Gemini paints at once, in the whole studio.
    gemini_concurrency: int = Field(default=8, ge=1)
    # How many pictures are handed over at once for who waits a day: their photos go in one request, and the pictures
    # come in one answer. With 1, each order goes by itself.
    gemini_batch_pictures: int = Field(default=8, ge=1, le=32)
    # How long one call may take.
    gemini_deadline_seconds: int = Field(default=90, ge=1)

    @property
    def partners(self) -> Mapping[str, str]:
        """Google, where it paints."""
        gemini = {} if self.gemini_api_key is None else {"Google Gemini": self.gemini_base_url or "https://"}
        return {**super().partners, **gemini}

    def faults(self) -> Iterator[str]:
        """What an unpaid key sends may train models and be read by people (Gemini API terms): no real photos."""
        yield from super().faults()
        if self.gemini_api_key is None:
            return
        if self.gemini_key_tier is None:
            yield f"{PREFIX}GEMINI_KEY_TIER is needed with {PREFIX}GEMINI_API_KEY: paid or unpaid"
        if self.gemini_key_tier == "unpaid" and self.mode != "local":
            yield (
                f"{PREFIX}GEMINI_KEY_TIER is unpaid: Google may train its models with what comes with an unpaid key, "
                f"so people's photos need a paid one. Use a key of a project with billing, or unset "
                f"{PREFIX}GEMINI_API_KEY and let the studio engine paint"
            )
