"""A MaxMind database of a few networks, written by the format's own description.

https://maxmind.github.io/MaxMind-DB/: a binary search tree over the bits of an address, 24 bits to a branch, then the
records, then what the file says of itself.
"""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

_MAP, _UINT16, _UINT32, _ARRAY, _UINT64, _TEXT = 7, 5, 6, 11, 9, 2
_BEFORE_METADATA = b"\xab\xcd\xefMaxMind.com"
_BETWEEN = bytes(16)
_BITS = 128
Value = str | int | list[str] | dict[str, "Value"]


def write(file: Path, countries: Mapping[str, str], *, kind: str = "Test-Country") -> Path:
    """Networks and the codes of their countries, as a file."""
    records = b""
    places: dict[str, int] = {}
    for code in sorted(set(countries.values())):
        places[code] = len(records)
        records += _encoded({"country": {"iso_code": code}})
    nodes: list[list[int | str | None]] = [[None, None]]
    for network, code in countries.items():
        _insert(nodes, ip_network(network), code)
    tree = b"".join(_side(side, nodes, places).to_bytes(3) for node in nodes for side in node)
    file.write_bytes(tree + _BETWEEN + records + _BEFORE_METADATA + _metadata(len(nodes), kind))
    return file


def _insert(nodes: list[list[int | str | None]], network: IPv4Network | IPv6Network, code: str) -> None:
    # IPv4 lies in the first of the IPv6 addresses.
    length = network.prefixlen + (_BITS - network.max_prefixlen)
    address, node = int(network.network_address), 0
    for depth in range(length - 1):
        bit = address >> (_BITS - 1 - depth) & 1
        below = nodes[node][bit]
        if not isinstance(below, int):
            nodes.append([None, None])
            nodes[node][bit] = below = len(nodes) - 1
        node = below
    nodes[node][address >> (_BITS - length) & 1] = code


def _side(side: int | str | None, nodes: list[list[int | str | None]], places: Mapping[str, int]) -> int:
    if side is None:
        return len(nodes)
    return side if isinstance(side, int) else len(nodes) + len(_BETWEEN) + places[side]


def _metadata(nodes: int, kind: str) -> bytes:
    said: dict[str, tuple[int, Value]] = {
        "node_count": (_UINT32, nodes),
        "record_size": (_UINT16, 24),
        "ip_version": (_UINT16, 6),
        "database_type": (_TEXT, kind),
        "languages": (_ARRAY, ["en"]),
        "binary_format_major_version": (_UINT16, 2),
        "binary_format_minor_version": (_UINT16, 0),
        "build_epoch": (_UINT64, 1_764_000_000),
        "description": (_MAP, {"en": "a few networks"}),
    }
    return _head(_MAP, len(said)) + b"".join(
        _encoded(name) + (_number(type_, value) if isinstance(value, int) else _encoded(value))
        for name, (type_, value) in said.items()
    )


def _encoded(value: Value) -> bytes:
    match value:
        case str():
            return _head(_TEXT, len(value)) + value.encode()
        case list():
            return _head(_ARRAY, len(value)) + b"".join(_encoded(each) for each in value)
        case dict():
            return _head(_MAP, len(value)) + b"".join(_encoded(key) + _encoded(each) for key, each in value.items())
        case _:
            return _number(_UINT32, value)


def _number(type_: int, value: int) -> bytes:
    body = value.to_bytes((value.bit_length() + 7) // 8)
    return _head(type_, len(body)) + body


def _head(type_: int, size: int) -> bytes:
    # Of the first seven types the number stands in the first byte, of others behind it.
    return bytes([type_ << 5 | size]) if type_ <= _MAP else bytes([size, type_ - _MAP])
