import json
import subprocess
import sys

import pytest

SAY = """
import logging, os, sys, structlog
from roomd_daemon import journal
if sys.argv[2] == "journal":
    found = os.fstat(2)
    os.environ["JOURNAL_STREAM"] = f"{found.st_dev}:{found.st_ino}"
journal.set_up(sys.argv[1], os.environ)
log = structlog.get_logger()
log.info("a run ended", mailboxes=3)
log.warning("2楼 is away")
log.debug("too small")
logging.getLogger("uvicorn.error").error("from a %s", "library")
logging.getLogger("apscheduler.scheduler").info("too chatty")
try: raise ValueError("inside")
except ValueError: log.exception("a fault")
"""


def said(shape: str, to: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", SAY, shape, to], capture_output=True, text=True, check=True)
    return done.stderr.splitlines()


def test_json_lines_hold_what_happened() -> None:
    first, second, third, fourth = map(json.loads, said("json", "terminal"))
    assert (first["event"], first["level"], first["mailboxes"]) == ("a run ended", "info", 3)
    assert second["event"] == "2楼 is away"
    assert (third["event"], third["logger"]) == ("from a library", "uvicorn.error")
    assert "ValueError: inside" in fourth["exception"]
    assert all("timestamp" in line for line in (first, second, third, fourth))


@pytest.mark.parametrize("shape", ["text", "json"])
def test_under_journald_each_line_carries_its_priority_and_no_time_of_its_own(shape: str) -> None:
    lines = said(shape, "journal")
    assert [line[:3] for line in lines] == ["<6>", "<4>", "<3>", "<3>"]
    assert not any("timestamp" in line for line in lines)


def test_text_is_one_line_an_event_even_with_a_traceback() -> None:
    lines = said("text", "terminal")
    assert len(lines) == 4
    assert 'level=info event="a run ended" mailboxes=3' in lines[0]
