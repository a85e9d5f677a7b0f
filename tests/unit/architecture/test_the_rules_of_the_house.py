"""Rules of the code base that a reader relies on, held by reading the source."""

import ast
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[3] / "dagster_project"
MODULES = sorted(PACKAGE.rglob("*.py"))
# These string the graph together or run it; everything else does work and knows no Dagster.
KNOWS_DAGSTER = {"defs", "definitions.py", "pipeline.py"}
PRINTS = {"cli.py"}
# Each room, and above it those that may use it; rooms of one line do not know each other.
ROOMS = (
    (
        "absent.py",
        "errors.py",
        "locations.py",
        "period.py",
        "plural.py",
        "shown.py",
        "garbage.py",
        "config_sections.py",
    ),
    ("clock.py", "yaml_document.py", "simulate", "transform"),
    ("config.py", "metrics", "lists"),
    ("warehouse",),
    ("exports", "server", "engines"),
    ("numbers", "quality", "new_project.py"),
    ("red_lines",),
    ("report", "runs"),
    ("screens", "defs"),
    ("pipeline.py", "definitions.py"),
    ("commands",),
    ("cli.py",),
)


def name_of(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def calls(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def offenders(breaks: Callable[[Path], object], *, but: Collection[str] = ()) -> dict[str, object]:
    """Return what of each module breaks a rule, where something does; some modules may."""
    found = {name_of(module): breaks(module) for module in MODULES}
    return {
        name: what for name, what in found.items() if what and name.partition("/")[0] not in but
    }


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 100
    assert {name_of(module).partition("/")[0] for module in MODULES} >= KNOWS_DAGSTER | PRINTS


def test_only_the_graph_knows_dagster() -> None:
    def dagster(module: Path) -> list[str]:
        names = [(name, name.partition(".")[0]) for name in imported(module)]
        return [
            name
            for name, package in names
            if package.startswith("dagster") and package != "dagster_project"
        ]

    assert offenders(dagster, but=KNOWS_DAGSTER) == {}


def test_only_the_clock_asks_what_time_it_is() -> None:
    asked = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
    assert offenders(lambda module: asked & set(calls(module)), but={"clock.py"}) == {}


def test_only_the_command_line_prints() -> None:
    assert offenders(lambda module: "print" in set(calls(module)), but=PRINTS) == {}


def test_every_module_says_what_belongs_in_it() -> None:
    def silent(module: Path) -> bool:
        return not ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))

    assert offenders(silent) == {}


def test_no_module_is_named_for_nothing() -> None:
    empty = {"utils", "helpers", "common", "misc"}
    assert offenders(lambda module: empty & set(Path(name_of(module)).with_suffix("").parts)) == {}


def test_no_room_uses_one_above_it() -> None:
    floors = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}

    def upwards(module: Path) -> list[str]:
        own = name_of(module).partition("/")[0]
        used = [name.split(".") for name in imported(module) if name.startswith("dagster_project.")]
        rooms = {path[1] if path[1] in floors else f"{path[1]}.py" for path in used}
        return sorted(room for room in rooms - {own} if floors[room] >= floors[own])

    assert offenders(upwards, but={"__init__.py"}) == {}
