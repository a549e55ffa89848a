"""Products, prices and coupons."""

from ops.emulators.stripe.errors import Json, StripeError, invalid
from ops.emulators.stripe.forms import Params
from ops.emulators.stripe.routing import LISTING, Route, listing, matching
from ops.emulators.stripe.world import World

_PRODUCT = ("name", "description", "active", "metadata", "id", "tax_code", "unit_label", "images")
_PRICE = (
    "currency", "unit_amount", "product", "product_data", "recurring", "lookup_key", "transfer_lookup_key", "nickname",
    "metadata", "active", "tax_behavior",
)  # fmt: skip
_COUPON = (
    "id", "amount_off", "percent_off", "currency", "duration", "duration_in_months", "max_redemptions", "redeem_by",
    "name", "metadata",
)  # fmt: skip
_INTERVALS = ("day", "week", "month", "year")


def create_product(world: World, params: Params, _ident: str) -> Json:
    """POST /v1/products."""
    name = params.need("name")
    given = params.text("id")
    if given is not None and given in world.kinds.get("product", {}):
        raise invalid("id", "Product already exists.", code="resource_already_exists")
    product = world.add(
        "product", "prod", id=given, name=name, active=params.flag("active") is not False, default_price=None,
        description=params.text("description"), images=params.texts("images"), marketing_features=[],
        metadata=params.metadata(), package_dimensions=None, shippable=None, statement_descriptor=None,
        tax_code=params.text("tax_code"), type="service", unit_label=params.text("unit_label"), updated=world.now,
        url=None,
    )  # fmt: skip
    world.emit("product.created", product)
    return product


def update_product(world: World, params: Params, ident: str) -> Json:
    """POST /v1/products/{id}."""
    product = world.get("product", ident)
    members: Json = {name: params.text(name) for name in ("name", "description", "unit_label") if params.has(name)}
    if params.has("active"):
        members["active"] = bool(params.flag("active"))
    if params.has("metadata"):
        members["metadata"] = params.metadata(product["metadata"])
    before = world.change(product, **members)
    world.emit("product.updated", product, before)
    return product


def create_price(world: World, params: Params, _ident: str) -> Json:
    """POST /v1/prices."""
    if params.has("product_data"):
        product = create_product(world, params.within("product_data"), "")["id"]
    else:
        product = world.get("product", params.need("product"), "product")["id"]
    _free_lookup_key(world, params)
    return _price(world, params, product, lookup_key=params.text("lookup_key"), active=params.flag("active"))


def price_from(world: World, item: Params) -> Json:
    """The price of an item: one that stands, or one made of `price_data` for it alone."""
    named = item.text("price")
    if named is not None:
        price = world.get("price", named, item.path("price"))
        if not price["active"]:
            raise invalid(item.path("price"), "The price specified is inactive. This field only accepts active prices.")
        return price
    data = item.within("price_data")
    data.only(("currency", "unit_amount", "product", "product_data", "recurring", "tax_behavior"))
    if data.has("product_data"):
        product = create_product(world, data.within("product_data"), "")["id"]
    else:
        product = world.get("product", data.need("product"), data.path("product"))["id"]
    return _price(world, data, product, lookup_key=None, active=False)


def _price(world: World, params: Params, product: str, *, lookup_key: str | None, active: bool | None) -> Json:
    amount = params.integer("unit_amount", least=0)
    if amount is None:
        amount = int(params.need("unit_amount"))
    recurring = _recurring(params.within("recurring")) if params.has("recurring") else None
    price = world.add(
        "price", "price", active=active is not False, billing_scheme="per_unit",
        currency=params.need("currency").lower(), custom_unit_amount=None, lookup_key=lookup_key,
        metadata=params.metadata(), nickname=params.text("nickname"), product=product, recurring=recurring,
        tax_behavior=params.text("tax_behavior") or "unspecified", tiers_mode=None, transform_quantity=None,
        type="one_time" if recurring is None else "recurring", unit_amount=amount, unit_amount_decimal=str(amount),
    )  # fmt: skip
    world.emit("price.created", price)
    return price


def _recurring(params: Params) -> Json:
    params.only(("interval", "interval_count", "usage_type", "trial_period_days"))
    params.need("interval")
    return {
        "interval": params.choice("interval", _INTERVALS),
        "interval_count": params.integer("interval_count", least=1) or 1,
        "meter": None, "trial_period_days": None, "usage_type": "licensed",
    }  # fmt: skip


def _free_lookup_key(world: World, params: Params) -> None:
    key = params.text("lookup_key")
    for price in [each for each in world.every("price") if key and each["lookup_key"] == key]:
        if not params.flag("transfer_lookup_key"):
            message = f"A price (`{price['id']}`) already uses that lookup key."
            raise invalid("lookup_key", message, code="resource_already_exists")
        world.change(price, lookup_key=None)


def update_price(world: World, params: Params, ident: str) -> Json:
    """POST /v1/prices/{id}: all but the amount can change."""
    price = world.get("price", ident)
    _free_lookup_key(world, params)
    members: Json = {name: params.text(name) for name in ("nickname", "lookup_key") if params.has(name)}
    if params.has("active"):
        members["active"] = bool(params.flag("active"))
    if params.has("metadata"):
        members["metadata"] = params.metadata(price["metadata"])
    before = world.change(price, **members)
    world.emit("price.updated", price, before)
    return price


def list_prices(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/prices."""
    keys = params.texts("lookup_keys")
    found = matching(params, world, "price", ("active", "product", "type", "currency"))
    return listing([each for each in found if not keys or each["lookup_key"] in keys], params, "/v1/prices")


def list_products(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/products."""
    ids = params.texts("ids")
    found = matching(params, world, "product", ("active",))
    return listing([each for each in found if not ids or each["id"] in ids], params, "/v1/products")


def create_coupon(world: World, params: Params, _ident: str) -> Json:
    """POST /v1/coupons."""
    off, percent = params.integer("amount_off", least=1), params.text("percent_off")
    if (off is None) == (percent is None):
        raise StripeError("You must pass exactly one of percent_off or amount_off.")
    coupon = world.add(
        "coupon", "co", id=params.text("id"), amount_off=off, percent_off=float(percent) if percent else None,
        currency=params.need("currency").lower() if off else None, metadata=params.metadata(),
        duration=params.choice("duration", ("once", "repeating", "forever")) or "once", name=params.text("name"),
        duration_in_months=params.integer("duration_in_months", least=1), valid=True, times_redeemed=0,
        max_redemptions=params.integer("max_redemptions", least=1), redeem_by=params.integer("redeem_by"),
    )  # fmt: skip
    world.emit("coupon.created", coupon)
    return coupon


def discount(coupon: Json, amount: int) -> int:
    """How much a coupon takes off an amount."""
    off = coupon["amount_off"] or round(amount * (coupon["percent_off"] or 0) / 100)
    return min(amount, off)


def redeemed(world: World, params: Params) -> Json | None:
    """The coupon of `discounts`, if one is given and can be used now."""
    for each in params.each("discounts"):
        each.only(("coupon",))
        coupon = world.get("coupon", each.need("coupon"), each.path("coupon"))
        most = coupon["max_redemptions"]
        over = coupon["redeem_by"] is not None and coupon["redeem_by"] <= world.now
        if over or (most is not None and coupon["times_redeemed"] >= most):
            raise invalid(each.path("coupon"), f"Coupon {coupon['id']} is used up or over.", code="coupon_expired")
        return coupon
    return None


def _shows(kind: str) -> Route:
    def retrieve(world: World, _params: Params, ident: str) -> Json:
        return world.get(kind, ident)

    return Route("GET", f"/v1/{kind}s/{{id}}", retrieve)


ROUTES = (
    Route("POST", "/v1/products", create_product, _PRODUCT),
    Route("GET", "/v1/products", list_products, (*LISTING, "active", "ids", "created")),
    Route("POST", "/v1/products/{id}", update_product, _PRODUCT),
    Route("POST", "/v1/prices", create_price, _PRICE),
    Route(
        "GET", "/v1/prices", list_prices, (*LISTING, "active", "product", "type", "currency", "lookup_keys", "created")
    ),
    Route("POST", "/v1/prices/{id}", update_price, _PRICE),
    Route("POST", "/v1/coupons", create_coupon, _COUPON),
    *(_shows(kind) for kind in ("product", "price", "coupon")),
)
