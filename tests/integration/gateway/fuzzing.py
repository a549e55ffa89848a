"""schemathesis over the public contract: many requests, right and wrong, and what their answers broke of it.

One signed-in person asks, by her token. She signed in an hour ago, so that nothing that needs a fresh sign-in is done:
else the first wish to be forgotten would end the run.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace

import schemathesis
from schemathesis.config import (
    CoveragePhaseConfig,
    ExamplesPhaseConfig,
    FuzzingPhaseConfig,
    GenerationConfig,
    PhasesConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.engine import from_schema
from schemathesis.engine.events import EngineEvent, FatalError, NonFatalError, ScenarioFinished

from common.contracts.allowances import FREE
from common.contracts.billing import EntitlementsChanged
from gateway.use_cases import payments
from tests.integration.gateway.studio import Person, Studio

# It never ends; test_live has it.
ENDLESS = "/v1/events"
SEED = 20261127
# Whoever comes with a wrong key does not even learn that there is such a question: "not found" is right there.
HIDDEN = ("/v1/support/tickets/{ticket_id}", "Unexpected response to invalid authentication")
ACCEPTED = ("2xx", "3xx", "400", "401", "402", "403", "404", "409", "410", "413", "415", "416", "422", "429")


@dataclass(slots=True)
class Outcome:
    """How many requests there were, and what was wrong with which answers."""

    cases: int = 0
    failures: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __str__(self) -> str:
        told = [f"{where}\n    {len(what)} times, such as: {what[0]}" for where, what in sorted(self.failures.items())]
        return "\n".join([f"{self.cases} cases, {len(self.failures)} kinds of failures", *told])


def fuzz(address: str, token: str, *, examples: int, coverage: bool, stateful: int = 0) -> Outcome:
    """Ask every route, the same each time; `examples` at random, every boundary with `coverage`, chains of requests."""
    config = SchemathesisConfig(seed=SEED)
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=config).exclude(path=ENDLESS)
    schema.config.update(headers={"Authorization": f"Bearer {token}"}, continue_on_failure=True)
    schema.config.generation = GenerationConfig(
        max_examples=examples, deterministic=True, no_shrink=True, database="none"
    )
    schema.config.phases = PhasesConfig(
        examples=ExamplesPhaseConfig(enabled=True),
        coverage=CoveragePhaseConfig(enabled=coverage),
        fuzzing=FuzzingPhaseConfig(enabled=examples > 0),
        stateful=StatefulPhaseConfig(enabled=stateful > 0, max_steps=stateful or None),
    )
    # A token, a style or a photo may be well-formed and still not be the right one; what is refused for what it means
    # is told from what is refused for its form by tests of its own.
    schema.config.checks.positive_data_acceptance.expected_statuses = [*ACCEPTED]
    outcome = Outcome()
    for event in from_schema(schema).execute():
        _note(outcome, event)
    return outcome


def _note(outcome: Outcome, event: EngineEvent) -> None:
    match event:
        case FatalError():
            raise event.exception
        case NonFatalError():
            outcome.failures[f"{event.label}: {event.info.title}"].append(str(event.value))
        case ScenarioFinished():
            outcome.cases += len(event.recorder.interactions)
            for where, what in _failures(event):
                outcome.failures[where].append(what)
        case _:
            pass


def _failures(event: ScenarioFinished) -> Iterator[tuple[str, str]]:
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                label = event.recorder.cases[case_id].value.operation.label
                if HIDDEN[0] in label and failure.title == HIDDEN[1] and "404" in failure.message:
                    continue
                yield f"{label}: {failure.title}", f"{failure.message}\n{check.failure_info.code_sample}"


def asker(studio: Studio) -> Person:
    """Somebody who may ask as often as she likes, and signed in long ago."""
    person = studio.sign_up()
    allowed = asdict(replace(FREE, api_rate=100_000_000))
    event = EntitlementsChanged(user_id=person.id, entitlements_version=1, **allowed)
    with studio.service.unit.begin() as work:
        payments.note_allowance(work, event)
    with studio.service.unit.database.begin() as connection:
        connection.execute(
            "UPDATE sessions SET created_at = created_at - interval '1 hour' WHERE account_id = %s", [person.id]
        )
    return person
