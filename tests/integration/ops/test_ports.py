"""Two stacks that start at the same moment listen nowhere alike, although nothing listens yet."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ops.embedded import ports


def test_neighbours_choose_other_ports_and_keep_them(tmp_path: Path) -> None:
    files = [tmp_path / f".figurine-{number}" / "ports.json" for number in range(8)]
    for file in files:
        file.parent.mkdir()
    with ThreadPoolExecutor(8) as pool:
        chosen = list(pool.map(ports.choose, files))
    every = [port for each in chosen for port in each.values()]
    assert len(every) == len(set(every))
    assert [ports.choose(file) for file in files] == chosen
