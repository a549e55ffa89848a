"""Promise U8: an event that could not be handled is seen to within a day.

Broken on purpose: a message is put among a service's dead letters whose header `first-failed-at` is two
days old.
"""

from datetime import timedelta
from itertools import islice
from typing import Final

from common.broker import open_drawer
from common.dead_letter_sweep import died
from common.probes.finding import Finding
from common.probes.probe import Look, Probe
from common.settings import ServiceSettings
from common.topology import dead_queue

_SEEN_TO_WITHIN: Final = timedelta(days=1)
# The oldest lie first; how many more there are is no matter.
_AT_MOST: Final = 50


def faults_are_seen_to(settings: ServiceSettings, service: str) -> Probe:
    """Look at the oldest dead letters of the service; they stay where they are."""

    def check(look: Look) -> Finding:
        url = settings.broker_url.get_secret_value()
        with open_drawer(url, dead_queue(service), ca_file=settings.ca_file) as drawer:
            letters = list(islice(drawer.deliveries(), _AT_MOST))
        # One that does not say since when it is here is as old as the sweep's first look at it, which is soon.
        since = [at for letter in letters if (at := died(letter)) is not None]
        late = sum(at < look.clock.now() - _SEEN_TO_WITHIN for at in since)
        count = f"{len(letters)}{' or more' if len(letters) == _AT_MOST else ''}"
        return Finding.of(
            f"{count} events could not be handled by {service} and wait for a person, {late} of them for more than a "
            "day.",
            broken=late > 0,
            waiting=len(letters),
            late=late,
        )

    return Probe(promise="U8", name="faults are seen to", check=check)
