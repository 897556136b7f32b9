"""Branch coverage of what decides: the rule modules and the actions, app by app: `python -m scripts.branches [APP …]`.

Each app is measured by its own tests alone, so a branch that only a test of a higher floor enters counts as open.
What is open is printed with its lines; the last column of a clean table says 100 %.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from coverage import Coverage

from scripts.places import ROOT
from tests.house import action_modules, modules
from tests.test_law_02_plain_rules import faces_django

FLOORS = ("kernel", "accounts", "desk", "buyers", "policies", "receivables", "claims")


def main() -> None:
    """Run each app's tests under coverage and print what they leave open; fails when a test does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("apps", nargs="*", metavar="APP", help="which (default: all)")
    asked = parser.parse_args()
    failed = False
    for floor in asked.apps or FLOORS:
        print(f"== {floor}", flush=True)
        failed |= not measured(floor)
    sys.exit(failed)


def measured(floor: str) -> bool:
    """One app: its tests run, its table printed. Whether all passed."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "coverage"
        command = [sys.executable, "-m", "coverage", "run", "--branch", f"--source={floor}", f"--data-file={data}"]
        tests = subprocess.run([*command, "-m", "pytest", "-q", "-n0", "--durations=0", floor], cwd=ROOT)
        found = Coverage(data_file=data, config_file=str(ROOT / "pyproject.toml"))
        found.load()
        found.report(include=deciding(floor), skip_covered=True, show_missing=True)
    return tests.returncode == 0


def deciding(floor: str) -> list[str]:
    """The files of an app's rule modules and actions; the law about rule modules says which those are."""
    rules = [m for m in modules() if not faces_django(m.parts)]
    return [str(m.path) for m in (*rules, *action_modules()) if m.floor == floor]


if __name__ == "__main__":
    main()
