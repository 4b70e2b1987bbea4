import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from roomd_daemon.config import load

UNITS = Path(__file__).parents[2] / "systemd"
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not on this machine")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as they would be installed, but starting a program that is on this machine."""
    for unit in ("roomd.service", "roomd.socket"):
        text = (UNITS / unit).read_text()
        (tmp_path / unit).write_text(text.replace("/opt/roomd/bin/roomd", sys.executable))
    return tmp_path


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert ANALYZE is not None
    return subprocess.run(
        [ANALYZE, *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


@needs_systemd
@pytest.mark.parametrize("unit", ["roomd.service", "roomd.socket"])
def test_systemd_accepts_the_units(installed: Path, unit: str) -> None:
    verdict = analyze("verify", "--man=no", str(installed / unit))
    complaints = [line for line in verdict.stderr.splitlines() if "roomd" in line]
    assert (verdict.returncode, complaints) == (0, [])


@needs_systemd
def test_the_service_can_do_little_harm(installed: Path) -> None:
    verdict = analyze("security", "--offline=yes", "--threshold=12", str(installed / "roomd.service"))
    assert verdict.returncode == 0, verdict.stdout.splitlines()[-1]


def test_the_example_configuration_is_good(tmp_path: Path) -> None:
    shutil.copy(UNITS / "roomd.example.toml", tmp_path / "roomd.toml")
    config = load(tmp_path / "roomd.toml")
    assert [room.name for room in config.room] == ["2楼广寒宫"]


def test_the_socket_unit_and_the_example_name_the_same_socket() -> None:
    example = load(UNITS / "roomd.example.toml")
    assert f"ListenStream={example.paths.socket}\n" in (UNITS / "roomd.socket").read_text()
