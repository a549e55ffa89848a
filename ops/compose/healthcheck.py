"""Whether the processes of this container answer: run by its HEALTHCHECK, exit code 0 or 1.

Needs nothing but the standard library; the addresses are those the service itself is given.
"""

import os
import ssl
import sys
import urllib.error
import urllib.request

ADDRESSES = ("FIGURINE_METRICS_BIND", "FIGURINE_WORKER_METRICS_BIND")
TIMEOUT_SECONDS = 3


def answers(bind: str, context: ssl.SSLContext) -> bool:
    """Whether /healthz of the internal address answers 200."""
    address = f"https://localhost:{bind.rpartition(':')[2]}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS, context=context) as response:
            return response.status == 200
    except (urllib.error.URLError, TimeoutError) as error:
        print(f"{address}: {error}")
        return False


if __name__ == "__main__":
    trusted = ssl.create_default_context(cafile=os.environ.get("FIGURINE_CA_FILE"))
    binds = [os.environ[name] for name in ADDRESSES if os.environ.get(name)]
    sys.exit(0 if all(answers(bind, trusted) for bind in binds) else 1)
