"""The import order is the design: a module imports only what stands above it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import fabula

ORDER = [
    "errors",
    "records",
    "sequences",
    "files",
    "metrics",
    "models",
    "shots",
    "features",
    "vision",
    "align",
    "adaptation",
    "search",
    "storyline",
    "reading",
    "pinning",
    "describing",
    "stories",
    "train",
    "evaluate",
    "app",
    "__main__",
]
ROOT = Path(fabula.__file__).parent
MODULES = sorted(p.relative_to(ROOT) for p in ROOT.rglob("*.py") if p.name != "__init__.py" or p.parent != ROOT)


def room(parts: tuple[str, ...]) -> str:
    return parts[0].removesuffix(".py")


def fabula_imports(path: Path) -> set[str]:
    """The rooms that a module imports from, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute, so that this test can read them"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("fabula.")}
    return found


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_module_imports_only_what_stands_above(module: Path) -> None:
    own = room(module.parts)
    assert own in ORDER, f"{module} is in no room of the design"
    for imported in fabula_imports(ROOT / module) & set(ORDER):
        assert ORDER.index(imported) <= ORDER.index(own), f"{module} imports fabula.{imported}"


def test_only_models_import_torch() -> None:
    for module in MODULES:
        if room(module.parts) == "models":
            continue
        for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(n.split(".")[0] in {"torch", "sentence_transformers"} for n in names), module


def test_import_of_fabula_leaves_torch_alone() -> None:
    code = "import fabula, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
