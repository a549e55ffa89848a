"""C2PA manifests, through c2pa-python: the one file that knows it."""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import c2pa

from generation.adapters.finishing.certificates import checked
from generation.adapters.finishing.xmp import CREATOR_TOOL
from generation.domain import Action, Format, Inspection, Origin

# What may have been done to a picture after it was made (C2PA 2.2, section 18.15.4).
CONVERTED = "c2pa.converted"
MARKED = "c2pa.edited.metadata"
RESIZED = "c2pa.resized"
_UNSIGNED = "ManifestNotFound"


class Signatures:
    """Signs with the deployment's certificate, and verifies against the authorities it trusts.

    Signs offline and without a time stamp: a signature holds as long as its certificate is valid.
    """

    def __init__(self, *, chain: bytes, key: bytes, anchors: str | None = None, now: datetime) -> None:
        """All in PEM; `anchors` are trusted besides the chain's last certificate. Raises Unfit."""
        self._chain = chain
        self._key = key
        self._authority = checked(chain, key, now=now) + (anchors or "")

    @classmethod
    def read(cls, *, chain: Path, key: Path, anchors: Path | None, now: datetime) -> "Signatures":
        """From files. Raises Unfit, and OSError for a file that cannot be read."""
        trusted = anchors.read_text() if anchors else None
        return cls(chain=chain.read_bytes(), key=key.read_bytes(), anchors=trusted, now=now)

    @property
    def authority(self) -> str:
        """The certificates whose signatures count, in PEM."""
        return self._authority

    def sign(
        self,
        image: bytes,
        kind: Format,
        origin: Origin,
        *,
        step: str | None = None,
        parent: tuple[bytes, str] | None = None,
    ) -> bytes:
        """The file with a manifest: made by the origin's engine, then this step if any.

        With a `parent`, bytes and media type, the file counts as derived from it; the parent's own manifest goes along.
        """
        info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, self._chain, self._key, None)
        signed = io.BytesIO()
        definition = {
            "claim_generator_info": [{"name": CREATOR_TOOL}],
            "assertions": [
                {"label": "c2pa.actions.v2", "data": {"actions": _actions(origin, step, derived=parent is not None)}}
            ],
        }
        with (
            self._context() as context,
            c2pa.Signer.from_info(info) as signer,
            c2pa.Builder(json.dumps(definition), context=context) as builder,
        ):
            if parent is not None:
                builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
                # Without a thumbnail, as the settings say, and never with the person's photo.
                builder.add_ingredient(  # pyright: ignore[reportUnknownMemberType]: it also takes a bare dict
                    json.dumps({"relationship": "parentOf"}), parent[1], io.BytesIO(parent[0])
                )
            builder.sign(signer, kind.media_type, io.BytesIO(image), signed)
        return signed.getvalue()

    def carries_manifest(self, image: bytes, media_type: str) -> bool:
        """Whether somebody signed the file, whoever it was."""
        return self.inspect(image, media_type).generator is not None

    def inspect(self, image: bytes, media_type: str) -> Inspection:
        """What the manifest says, and whether it holds now."""
        try:
            with self._context() as context, c2pa.Reader(media_type, io.BytesIO(image), context=context) as reader:
                return _inspection(json.loads(reader.json()))
        except c2pa.C2paError as error:
            if _UNSIGNED in str(error):
                return Inspection(state="Unsigned")
            return Inspection(state="Invalid", problems=("unreadable",))

    def _context(self) -> c2pa.Context:
        # A thumbnail would be a second, unsigned copy of the picture, forty times the size of the manifest.
        settings = {
            "builder": {"thumbnail": {"enabled": False}},
            "trust": {"user_anchors": self._authority},
            "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
        }
        return c2pa.Context(c2pa.Settings.from_json(json.dumps(settings)))


def _actions(origin: Origin, step: str | None, *, derived: bool) -> Sequence[Mapping[str, object]]:
    """What was done; where a file is derived, its opening is written by the library."""
    facts = {"digitalSourceType": origin.making.source_type, "description": origin.making.sentence}
    agent = {"name": origin.engine, **({"version": origin.model} if origin.model else {})}
    when = {"when": origin.painted_at.isoformat(timespec="seconds")} if origin.painted_at else {}
    made = {"action": "c2pa.created", "softwareAgent": agent, **facts, **when}
    done = {"action": step or MARKED, "softwareAgent": {"name": CREATOR_TOOL}}
    if derived:
        return [{**done, **facts}]
    return [made, done] if step else [made]


def _inspection(report: Mapping[str, Any]) -> Inspection:
    manifest = report["manifests"][report["active_manifest"]]
    signature = manifest.get("signature_info", {})
    recorded = [each["data"]["actions"] for each in manifest["assertions"] if each["label"].startswith("c2pa.actions")]
    return Inspection(
        state=report["validation_state"],
        problems=tuple(status["code"] for status in report.get("validation_status", [])),
        generator=manifest["claim_generator_info"][0]["name"],
        actions=tuple(_action(action) for actions in recorded for action in actions),
        parents=len(manifest.get("ingredients", [])),
        issuer=signature.get("issuer"),
        serial=signature.get("cert_serial_number"),
        algorithm=signature.get("alg"),
    )


def _action(recorded: Mapping[str, Any]) -> Action:
    software: Mapping[str, str] = recorded.get("softwareAgent") or {}
    return Action(
        action=recorded["action"],
        digital_source_type=recorded.get("digitalSourceType"),
        software=software.get("name"),
        version=software.get("version"),
    )
