"""`python -m privacy verify receipt.json …`: checks receipts without the studio, and without any of its settings."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from privacy.domain.receipts import ReceiptBroken, check, check_chain

EX_USAGE = 64
_HELP = """usage: python -m privacy verify [--keys KEYS.json] RECEIPT.json [RECEIPT.json …]

KEYS.json is what the studio publishes at /v1/privacy/keys. Without it the keys inside the receipt are used, which only
shows that it was not changed by accident. Several receipts, in their order, are checked as a chain as well.
"""


def main(arguments: Sequence[str]) -> int:
    """Print what the receipts say; 0 when every signature is right."""
    published, files = _arguments(arguments)
    if not files:
        sys.stderr.write(_HELP)
        return EX_USAGE
    try:
        receipts = [_read(file) for file in files]
        keys = _read(published)["keys"] if published else receipts[0]["keys"]
        for receipt in receipts:
            sys.stdout.write(_told(check(receipt, keys)))
        check_chain(receipts, keys)
    except (OSError, ValueError, KeyError, TypeError):
        sys.stderr.write("This is not a receipt of the studio, or the file cannot be read.\n")
        return 1
    except ReceiptBroken as broken:
        sys.stderr.write(f"{broken}\n")
        return 1
    trust = "by the published keys" if published else "by the keys inside it; compare them with the published ones"
    sys.stdout.write(f"Every signature is right, {trust}.\n")
    return 0


def _arguments(arguments: Sequence[str]) -> tuple[Path | None, list[Path]]:
    if arguments[:1] == ["--keys"]:
        return (Path(arguments[1]), [Path(name) for name in arguments[2:]]) if len(arguments) > 1 else (None, [])
    return None, [Path(name) for name in arguments]


def _read(file: Path) -> Mapping[str, Any]:
    return json.loads(file.read_text())


def _told(said: Mapping[str, Any]) -> str:
    lines = [f"Receipt {said['number']}, request {said['request_id']}: {said['state'].replace('_', ' ')}"]
    for service, part in said["services"].items():
        statement = json.loads(part["statement"])
        lines.append(f"  {service}, {statement['erased_at']}")
        lines += [_line(kind) for kind in statement["classes"].values() if kind["found"] or kind["retained"]]
        lines += [
            f"    out of reach: {item['what']}, {item['count']} times at {item['recipient']}, until {item['until']}"
            for item in statement["out_of_reach"]
        ]
    return "\n".join(lines) + "\n"


def _line(kind: Mapping[str, Any]) -> str:
    parts = [f"{kind[what]} {what}" for what in ("found", "erased", "anonymised", "retained") if kind[what]]
    ground = f" ({kind['ground']}{', until ' + kind['until'] if kind['until'] else ''})" if kind["ground"] else ""
    return f"    {kind['what']}: {', '.join(parts)}{ground}, {kind['residue']} left"
