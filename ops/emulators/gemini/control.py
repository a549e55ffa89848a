"""Telling a running emulator what to do, and asking what it saw."""

import ssl
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

from ops.emulators.gemini.ledger import Ledger
from ops.emulators.gemini.script import Batching, Behaviour, Script


class Control:
    """The door for control of an emulator. Raises httpx2.HTTPError when it is not there or does not understand."""

    def __init__(self, base_url: str, *, ca_file: Path | None = None) -> None:
        verify = True if ca_file is None else ssl.create_default_context(cafile=str(ca_file))
        self._client = httpx2.Client(base_url=base_url, verify=verify, trust_env=False)

    def play(self, script: Script) -> None:
        """Follow the script from now on."""
        self._client.put("/_emulator/script", content=script.model_dump_json()).raise_for_status()

    def will(self, *behaviours: Behaviour, retired: Sequence[str] = ()) -> None:
        """What happens to the next calls; after them everything goes well. `retired` models are not found."""
        self.play(Script(queue=list(behaviours), retired=list(retired)))

    def batching(self, batching: Batching, *behaviours: Behaviour) -> None:
        """What happens to batches, and to their next requests."""
        self.play(Script(queue=list(behaviours), batching=batching))

    def finish_batches(self) -> None:
        """Every batch that waits for it is ready now."""
        self._client.post("/_emulator/batches:finish").raise_for_status()

    def ledger(self) -> Ledger:
        """What was received since the last reset."""
        return Ledger.model_validate_json(self._client.get("/_emulator/calls").raise_for_status().content)

    def reset(self) -> None:
        """As just started."""
        self._client.delete("/_emulator").raise_for_status()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
