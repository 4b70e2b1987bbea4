import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from roomd_daemon.listener import ListenError, listening, take_handed_over


def dial(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(path))


def leave_behind(path: Path) -> None:
    """Bind a socket in a process that is then killed, as a daemon that dies leaves it."""
    code = (
        "import sys; from pathlib import Path; from roomd_daemon.listener import listening\n"
        "with listening(Path(sys.argv[1])): print('listening', flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code, str(path)], **pipes) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"listening\n"
        child.send_signal(signal.SIGKILL)
    assert path.is_socket()


def test_the_socket_is_for_its_owner_and_group_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "made" / "control.sock"
    before = os.umask(0)
    try:
        with listening(path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o660
            dial(path)
    finally:
        os.umask(before)


def test_the_socket_is_removed_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with listening(path):
        pass
    assert not path.exists()


def test_the_socket_of_somebody_else_is_left_alone_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with listening(path):
        path.unlink()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
    assert path.is_socket()


def test_a_socket_left_by_a_killed_daemon_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    leave_behind(path)
    with pytest.raises(ConnectionRefusedError):
        dial(path)
    with listening(path):
        dial(path)


def test_a_second_daemon_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with listening(path):
        with pytest.raises(ListenError, match=r"another roomd answers here\. Stop that one first"), listening(path):
            pass
        dial(path)


def test_a_file_in_the_way_is_never_removed(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    path.write_text("mine")
    with pytest.raises(ListenError, match="no socket is here"), listening(path):
        pass
    assert path.read_text() == "mine"


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ListenError, match=r"cannot listen here .*paths\.socket"),
        listening(tmp_path / "file" / "x.sock"),
    ):
        pass


HAND_OVER = """
import os, socket, sys
sock = socket.socket(socket.AF_UNIX); sock.bind(sys.argv[1]); sock.listen()
os.dup2(sock.fileno(), 3); os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.executable, [sys.executable, "-c", sys.argv[2], sys.argv[1]])
"""

ANSWER_ONCE = """
import sys
from pathlib import Path
from roomd_daemon.listener import listening
with listening(Path("/nowhere/at/all.sock")) as sock:
    print(sock.getsockname() == sys.argv[1], sock.get_inheritable())
assert Path(sys.argv[1]).is_socket()
"""


def test_a_socket_handed_over_by_systemd_is_taken_and_left_to_systemd(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", HAND_OVER, str(tmp_path / "control.sock"), ANSWER_ONCE]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True False\n", "")


@pytest.mark.parametrize("environment", [{}, {"LISTEN_PID": "1", "LISTEN_FDS": "1"}])
def test_sockets_meant_for_another_process_are_not_taken(environment: dict[str, str]) -> None:
    assert take_handed_over(environment) is None


def test_several_sockets_from_systemd_are_a_mistake_of_the_unit() -> None:
    with pytest.raises(ListenError, match="handed over 2 sockets"):
        take_handed_over({"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2"})
