import importlib.util
import signal
import subprocess
import sys

import pytest

from roomd_core import __version__
from roomd_daemon.cli import main


def test_it_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"roomd {__version__}\n"


@pytest.mark.parametrize("argv", [[], ["frobnicate"], ["run"], ["check-config", "--config"]])
def test_a_command_line_that_means_nothing_is_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: roomd")


def test_the_lab_reads_its_own_options() -> None:
    argv = [sys.executable, "-c", "from roomd_daemon.cli import main; main(['lab', '--help'])"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert "--port" in done.stdout


def test_without_the_lab_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert main(["lab", "--port", "0"]) == 1
    assert "pip install 'roomd[lab]'" in capsys.readouterr().err


STUCK = """
import asyncio, sys
from roomd_daemon import ending
ending.LONGEST = float(sys.argv[1])
async def stuck():
    asking = ending.Ending(); asking.listen()
    print("up", flush=True)
    await asking.asked()
    print("asked", flush=True)
    await asyncio.Event().wait()
asyncio.run(stuck())
"""


@pytest.mark.parametrize(("longest", "signals"), [(60, 2), (0.1, 1)])
def test_an_end_that_does_not_come_is_forced_by_a_second_signal_or_by_time(longest: float, signals: int) -> None:
    argv = [sys.executable, "-c", STUCK, str(longest)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        child.send_signal(signal.SIGTERM)
        assert b"asked\n" in child.stdout
        if signals == 2:
            child.send_signal(signal.SIGINT)
        assert child.wait(timeout=10) == 1
