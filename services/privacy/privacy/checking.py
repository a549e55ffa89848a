"""`python -m privacy verify …`: checks receipts and findings without the studio, and without any of its settings."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from privacy.domain import promises
from privacy.domain.receipts import ReceiptBroken, check, check_chain

EX_USAGE = 64
_HELP = """usage: python -m privacy verify [--keys KEYS.json] RECEIPT.json [RECEIPT.json …]
       python -m privacy verify [--keys KEYS.json] FINDINGS.json [FINDINGS.json …]

FINDINGS.json is what /v1/findings answers (or /v1/promises/…/findings). KEYS.json is what the studio publishes at
/v1/privacy/keys. Without it the keys inside the file are used, which only shows that it was not changed by accident.
Several receipts, or pages of /v1/findings, in their order, are checked as a chain as well.
"""


def main(arguments: Sequence[str]) -> int:
    """Print what the receipts say; 0 when every signature is right."""
    published, files = _arguments(arguments)
    if not files:
        sys.stderr.write(_HELP)
        return EX_USAGE
    try:
        given = [_read(file) for file in files]
        keys = _read(published)["keys"] if published else given[0]["keys"]
        if "items" in given[0]:
            _check_findings([finding for page in given for finding in page["items"]], keys)
        else:
            _check_receipts(given, keys)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        sys.stderr.write("This is neither a receipt nor a finding of the studio, or the file cannot be read.\n")
        return 1
    except (ReceiptBroken, promises.ChainBroken) as broken:
        sys.stderr.write(f"{broken}\n")
        return 1
    trust = "by the published keys" if published else "by the keys inside it; compare them with the published ones"
    sys.stdout.write(f"Every signature is right, {trust}.\n")
    return 0


def _check_receipts(receipts: Sequence[Mapping[str, Any]], keys: Mapping[str, str]) -> None:
    for receipt in receipts:
        sys.stdout.write(_told(check(receipt, keys)))
    check_chain(receipts, keys)


def _check_findings(findings: Sequence[Mapping[str, Any]], keys: Mapping[str, str]) -> None:
    said = [promises.check_proof(finding, keys) for finding in findings]
    for finding in said:
        sys.stdout.write(
            f"{finding['number']}  {finding['at']}  {finding['promise']}  {finding['state']}: "
            f"{finding['checked']} ({finding['service']})\n"
        )
    numbers = [finding["number"] for finding in said]
    # Those of one promise have others between them: each stands for itself then.
    if numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        promises.check_chain(findings, keys)
        last = promises.digest_of(findings[-1]["body"]).hex()
        sys.stdout.write(f"{len(numbers)} findings without a gap; the last one's SHA-256 is {last}.\n")


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
