"""Whether the processes of this container answer: run by its HEALTHCHECK, exit code 0 or 1.

    healthcheck.py [PORT/PATH...]

Needs nothing but the standard library; without doors they are those of the addresses the service itself is given.
"""

import os
import ssl
import sys
import urllib.error
import urllib.request

ADDRESSES = ("FIGURINE_METRICS_BIND", "FIGURINE_WORKER_METRICS_BIND")
TIMEOUT_SECONDS = 3


def own() -> list[str]:
    """/healthz of each internal address."""
    binds = [os.environ[name] for name in ADDRESSES if os.environ.get(name)]
    return [f"{bind.rpartition(':')[2]}/healthz" for bind in binds]


def answers(door: str, context: ssl.SSLContext) -> bool:
    """Whether a door of this container answers 200."""
    address = f"https://localhost:{door}"
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS, context=context) as response:
            return response.status == 200
    except (urllib.error.URLError, TimeoutError) as error:
        print(f"{address}: {error}")
        return False


if __name__ == "__main__":
    trusted = ssl.create_default_context(cafile=os.environ.get("FIGURINE_CA_FILE"))
    sys.exit(0 if all(answers(door, trusted) for door in sys.argv[1:] or own()) else 1)
