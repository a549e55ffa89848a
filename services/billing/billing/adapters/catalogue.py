"""The catalogue: one TOML file per version, named after it."""

import tomllib
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from billing.domain.catalogue import (
    Catalogue,
    CatalogueBroken,
    Catalogues,
    Entitlements,
    Interval,
    Pack,
    Plan,
    Trial,
    check,
)
from common.contracts.allowances import FREE, MOST_VARIANTS

DIRECTORY = Path(__file__).parent.parent / "catalogue"

PriceId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{2,39}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
Many = Annotated[int, Field(ge=1, le=1_000_000)]
# What the studio keeps its prices in; a typo is not a currency.
Currency = Literal["chf", "eur", "gbp", "usd"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Entitlements(_Strict):
    variants: Annotated[int, Field(ge=1, le=MOST_VARIANTS)]
    resolution: Many
    private_shares: bool
    # Versions of before there was a number say none.
    shares: Many = FREE.shares
    api_rate: Many


class _Pack(_Strict):
    price_id: PriceId
    name: Name
    credits: Many
    amount: Many
    currency: Currency
    expires_after_days: Many | None = None


class _Plan(_Strict):
    price_id: PriceId
    name: Name
    interval: Literal["month", "year"]
    credits: Many
    amount: Many
    currency: Currency
    rollover_cap: Annotated[int, Field(ge=0, le=1_000_000)]
    entitlements: _Entitlements


class _Trial(_Strict):
    credits: Annotated[int, Field(ge=0, le=1_000_000)]
    expires_after_days: Many | None = None


class _File(_Strict):
    version: str
    effective_from: date
    packs: list[_Pack] = []
    plans: list[_Plan] = []
    trial: _Trial
    free: _Entitlements


def read_catalogues(directory: Path = DIRECTORY) -> Catalogues:
    """Every version. Raises CatalogueBroken with a sentence that names the file and what is wrong in it."""
    return check([_read(file) for file in sorted(directory.glob("*.toml"))])


def _read(file: Path) -> Catalogue:
    try:
        found = _File.model_validate(tomllib.loads(file.read_text()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueBroken(f"{file.name} is not TOML: {error}.") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}" for detail in error.errors()
        )
        raise CatalogueBroken(f"{file.name}: {problems}.") from error
    if found.version != file.stem:
        raise CatalogueBroken(f"{file.name} says it is version {found.version}; name the file after its version.")
    return _catalogue(found)


def _catalogue(found: _File) -> Catalogue:
    return Catalogue(
        version=found.version,
        effective_from=datetime.combine(found.effective_from, time.min, UTC),
        packs=tuple(Pack(**pack.model_dump()) for pack in found.packs),
        plans=tuple(_plan(plan) for plan in found.plans),
        trial=Trial(**found.trial.model_dump()),
        free=Entitlements(**found.free.model_dump()),
    )


def _plan(plan: _Plan) -> Plan:
    said = plan.model_dump(exclude={"interval", "entitlements"})
    entitlements = Entitlements(**plan.entitlements.model_dump())
    return Plan(**said, interval=Interval(plan.interval), entitlements=entitlements)
