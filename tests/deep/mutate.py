"""Make each mutation in a copy of the tree, run the tests that are nearest, and say which nobody noticed.

``python -m tests.deep.mutate [PART ...]``: those whose description has one of the words, all where none is given.
Ends 0 when at least 95 in 100 were noticed. The tests named must pass in the tree as it is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.deep.mutations import MUTATIONS, Mutation

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    "dagster_project",
    "dbt",
    "expectations",
    "tests",
    "data/sample",
    "pyproject.toml",
    "ebbline.yml",
    "docs",
)
LEFT = shutil.ignore_patterns("__pycache__", "target", "logs")
ENOUGH = 0.95
NOTICED, UNNOTICED = 1, 0  # what pytest ends with


def copy_of_the_tree(folder: Path) -> Path:
    """Copy what the tests need."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=LEFT)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def changed(mutation: Mutation, tree: Path) -> str:
    """Return the file's text with the mutation.

    :raises AssertionError: the text does not stand there exactly once: the mutation has to be written anew.
    """
    text = (tree / mutation.file).read_text(encoding="utf-8")
    assert text.count(mutation.text) == 1, f"found {text.count(mutation.text)} times: {mutation}"
    return text.replace(mutation.text, mutation.instead)


def is_noticed(mutation: Mutation, tree: Path, shared: Path) -> bool:
    """Run the nearest tests with the mutation; put the file right again.

    :raises RuntimeError: pytest could not judge.
    """
    file = tree / mutation.file
    right = file.read_text(encoding="utf-8")
    file.write_text(changed(mutation, tree), encoding="utf-8")
    # The relations of the sample serve dbt's unit tests, whatever is in them; other tests make their own.
    of_models = all("test_unit_tests_of_the_models" in test for test in mutation.tests)
    try:
        ended = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"),
                *mutation.tests,
            ],
            cwd=tree,
            env={
                **os.environ,
                "PYTHONPATH": str(tree),
                "XDG_CACHE_HOME": str(tree.parent / "cache"),
                **({"TESTS_SHARED_FOLDER": str(shared)} if of_models else {}),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        file.write_text(right, encoding="utf-8")
    if ended.returncode not in (NOTICED, UNNOTICED):
        raise RuntimeError(f"{mutation}\n{ended.stdout[-3000:]}{ended.stderr[-1000:]}")
    return ended.returncode == NOTICED


def main(words: list[str]) -> int:
    """Try the mutations; print each as it is judged, and the survivors at the end."""
    chosen = [one for one in MUTATIONS if not words or any(word in str(one) for word in words)]
    if not chosen:
        sys.stderr.write(f"no mutation says any of: {', '.join(words)}\n")
        return 2
    survivors = []
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_of_the_tree(Path(folder) / "tree")
        shared = Path(folder) / "shared"
        for one in chosen:
            noticed = is_noticed(one, tree, shared)
            sys.stdout.write(f"{'noticed ' if noticed else 'SURVIVED'}  {one}\n")
            sys.stdout.flush()
            if not noticed:
                survivors.append(one)
    share = 1 - len(survivors) / len(chosen)
    sys.stdout.write(f"{len(chosen)} mutations, {share:.0%} noticed\n")
    sys.stdout.writelines(f"survivor: {one}\n" for one in survivors)
    return int(share < ENOUGH)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
