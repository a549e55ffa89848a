"""What a person's rights cost, by how much there is of her, and whether memory grows with it.

    python -m bench.rights [--most 10000]

Access: people with 10, 1,000 and 10,000 figurines, each with a picture in three sizes of 28 kB together, in a real
Postgres and a real S3 store over TLS, sealed. Measured are generation's part and the archive that is put together of
it, each in a fresh process, with the peak of that process's memory (VmHWM). Flat means: no more for ten thousand than
for a thousand, but for a few MB of the interpreter's own.

Erasure: the same people erased from generation, from the fence to the signed answer, journal, plan, objects with all
versions, rows and the look afterwards included. Its plan names every object, so it grows by what the names take.
"""

import argparse
import os
import platform

from bench import rights_export as export
from bench.rights_export import Measured, task_of
from common.clock import SYSTEM_CLOCK
from ops.embedded.site import PROJECT
from ops.embedded.stack import Stack

DIRECTORY = PROJECT / ".figurine-bench"
FIGURINES = (10, 1_000, 10_000)
HEAD = (
    f"{'figurines':>10} {'files':>7} {'MB':>7} | {'part s':>8} {'files/s':>8} {'peak MB':>8} | "
    f"{'archive s':>9} {'MB/s':>7} {'peak MB':>8} | {'erase s':>8} {'files/s':>8} {'peak MB':>8}"
)


def line(figurines: int, files: int, part: Measured, archive: Measured, erased: Measured) -> str:
    return (
        f"{figurines:>10,} {files:>7,} {archive.megabytes:>7.1f} | {part.seconds:>8.1f} {files / part.seconds:>8.0f} "
        f"{part.peak:>8.1f} | {archive.seconds:>9.1f} {archive.megabytes / archive.seconds:>7.1f} {archive.peak:>8.1f} "
        f"| {erased.seconds:>8.1f} {files / erased.seconds:>8.0f} {erased.peak:>8.1f}"
    )


def measure(stack: Stack, figurines: int) -> str:
    user_id, request_id = SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.new_id()
    export.seed(stack, user_id, figurines)
    part = export.measure(task_of(stack, "part", user_id, request_id))
    archive = export.measure(task_of(stack, "archive", user_id, request_id))
    reader = task_of(stack, "archive", user_id, request_id)
    files = export.files_in(reader)
    export.clear(reader)
    erased = export.measure(task_of(stack, "erase", user_id, request_id))
    return line(figurines, files, part, archive, erased)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=FIGURINES[-1])
    most = parser.parse_args().most
    Stack(DIRECTORY).remove()
    stack = Stack(DIRECTORY)
    stack.start_servers()
    try:
        export.prepare(stack)
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; one copy at a time")
        print(HEAD)
        for figurines in FIGURINES:
            if figurines <= most:
                print(measure(stack, figurines), flush=True)
    finally:
        stack.remove()


if __name__ == "__main__":
    main()
