"""Fuzzing for as long as one likes: `python -m tests.fuzz [--seconds N] [--folder DIR] [TARGET…]`.

Each target runs in a process of its own, one after the other, for so many seconds, guided by coverage (atheris, which
is libFuzzer) from the honest seeds and from what earlier runs left in the folder. A finding is named, its input kept
beside the corpus as `finding-TARGET-…`, and the exit code is 1. Memory and time of a single input are bounded, too.
"""

import argparse
import contextlib
import re
import subprocess
import sys
from pathlib import Path
from random import Random

SECONDS_FOR_ONE = 20
MIB = 1024


def main() -> int:
    """Run the named targets, or all of them, and say what came of each."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--folder", type=Path, default=Path("out/fuzz"), help="where corpora and findings are kept")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _fuzz(asked.targets[0], asked.folder, asked.seconds)
    from tests.fuzz.files import FILES
    from tests.fuzz.targets import READERS

    names = [target.name for target in (*READERS, *FILES)]
    unknown = set(asked.targets) - set(names)
    if unknown:
        parser.error(f"there is no target {', '.join(unknown)}; there are {', '.join(names)}")
    found = [name for name in asked.targets or names if not _run(name, asked.folder, asked.seconds)]
    return 1 if found else 0


def _run(name: str, folder: Path, seconds: int) -> bool:
    """Whether this long nothing was found."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    command = [sys.executable, "-m", "tests.fuzz", name, "--inside", "--folder", str(folder), "--seconds", str(seconds)]
    with log.open("wb") as output:
        code = subprocess.run(command, stdout=output, stderr=output, check=False).returncode
    said = log.read_text(errors="replace")
    runs = re.findall(r"Done (\d+) runs", said) or re.findall(r"#(\d+)", said)
    print(f"{name}: {'nothing found' if code == 0 else f'FOUND something, see {log}'}, {(runs or ['0'])[-1]} runs")
    sys.stdout.flush()
    return code == 0


def _fuzz(name: str, folder: Path, seconds: int) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["vocu", "vocu_client", "vocu_schemas"]):
        from tests.fuzz.files import FILES
        from tests.fuzz.targets import READERS
        from vocu.errors import VocuError
    target = next(each for each in (*READERS, *FILES) if each.name == name)
    corpus = folder / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)

    def read(data: bytes) -> None:
        with contextlib.suppress(VocuError):
            target.read(data)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        changed = target.mutate(data, random) if random.randrange(4) else bytes(atheris.Mutate(data, most))
        return changed[:most]

    largest = max(len(seed) for seed in target.seeds())
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={max(4096, 2 * largest)}",
        f"-timeout={SECONDS_FOR_ONE}",
        f"-rss_limit_mb={MIB}",
        f"-artifact_prefix={folder}/finding-{name}-",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], read, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
