"""What was received, so that a test can tell what was billed and what was sent twice."""

from pydantic import BaseModel, ConfigDict, Field

from ops.emulators.gemini.requests import Asked

RUNNING = "running"


class Call(BaseModel):
    """One call. `digest` is the same for the same content; `billed` once a picture was made, answered or not.

    `status` is None when no answer was sent to its end. No prompt and no photo, only their hashes; `photo_sha256` is
    that of the latest picture. `turns` came, and `signatures` of the model's own came back with them.
    """

    model_config = ConfigDict(extra="forbid")

    n: int
    model: str
    seed: int | None = None
    aspect_ratio: str = ""
    digest: str = ""
    photo_sha256: str = ""
    prompt_sha256: str = ""
    outcome: str = RUNNING
    status: int | None = None
    billed: bool = False
    turns: int = 1
    signatures: int = 0
    batch: str = ""

    def understood(self, asked: Asked) -> None:
        """What it asks for."""
        self.seed, self.aspect_ratio = asked.seed, asked.aspect_ratio
        self.turns, self.signatures = asked.turns, asked.signatures
        self.digest, self.photo_sha256, self.prompt_sha256 = asked.digest, asked.photo_sha256, asked.prompt_sha256


class BatchRecord(BaseModel):
    """One batch; how often it was read, and whether it was stopped or deleted. `name` stays when it is gone."""

    model_config = ConfigDict(extra="forbid")

    name: str
    display_name: str
    model: str
    requests: int
    # What came along to tell its requests apart.
    keys: list[str] = Field(default_factory=list[str])
    state: str = "PENDING"
    reads: int = 0
    cancelled: bool = False
    deleted: bool = False


class Ledger(BaseModel):
    """Every call since the last reset, in the order they came; `most_at_once` is how many ran at a time.

    A request of a batch is a call of `batch`.
    """

    model_config = ConfigDict(extra="forbid")

    calls: list[Call] = Field(default_factory=list[Call])
    batches: list[BatchRecord] = Field(default_factory=list[BatchRecord])
    running: int = 0
    most_at_once: int = 0

    def begin(self, model: str) -> Call:
        """A call came."""
        call = Call(n=len(self.calls) + 1, model=model)
        self.calls.append(call)
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        return call

    def end(self) -> None:
        """A call is over."""
        self.running -= 1

    def billed_twice(self) -> list[str]:
        """Digests of contents for which more than one picture was made."""
        billed = [call.digest for call in self.calls if call.billed]
        return sorted({digest for digest in billed if billed.count(digest) > 1})
