import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from roomd_core.merge import UNITS, Policy
from roomd_core.model import MailboxKind, RoomAnswer
from roomd_daemon.cli import main
from roomd_daemon.config import Config, ConfigError, load, read_password
from roomd_daemon.config.sections import PolicySection

GOOD = r"""
[exchange]
endpoint = "https://mail.example.com/EWS/Exchange.asmx"
username = 'EXAMPLE\svc-roomd'
password_file = "exchange-password"
auth = "ntlm"
access = "impersonation"
verify = false
[sync]
interval = "10m"
window_past = "30d"
window_future = "400d"
[paths]
state_dir = "state"
socket = "control.sock"
[[room]]
address = "Guanghan@Example.com"
name = "2楼广寒宫"
capacity = 8
features = ["screen", "video"]
answers = "auto"
[[person]]
address = "zhangsan@example.com"
unix_user = "zhangsan"
"""

MINIMAL = """
[exchange]
endpoint = "https://mail.example.com/EWS/Exchange.asmx"
username = "svc@example.com"
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "roomd.toml"
    file.write_text(text)
    secret = folder / "exchange-password"
    secret.write_text("geheim\n")
    secret.chmod(0o600)
    return file


def faults_of(folder: Path, text: str) -> list[str]:
    file = write(folder, text)
    with pytest.raises(ConfigError) as caught:
        load(file)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{file}: ") for line in lines)
    return [line.removeprefix(f"{file}: ") for line in lines]


def test_the_example_is_understood(tmp_path: Path) -> None:
    config = load(write(tmp_path, GOOD))
    assert config.exchange.username == r"EXAMPLE\svc-roomd"
    assert config.sync.interval == timedelta(minutes=10)
    assert config.sync.window_future == timedelta(days=400)
    room, person = config.mailboxes()
    assert (room.address, room.name, room.kind) == ("guanghan@example.com", "2楼广寒宫", MailboxKind.ROOM)
    assert (room.capacity, room.features, room.answers) == (8, ("screen", "video"), RoomAnswer.AUTO)
    assert (person.address, person.unix_user, person.kind) == ("zhangsan@example.com", "zhangsan", MailboxKind.PERSON)


def test_relative_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, GOOD)
    monkeypatch.chdir("/")
    config = load(file)
    assert config.paths.state_dir == tmp_path / "state"
    assert config.paths.socket == tmp_path / "control.sock"
    assert config.exchange.password_file == tmp_path / "exchange-password"


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    config = load(write(tmp_path, MINIMAL))
    assert (config.exchange.auth, config.exchange.access, config.exchange.verify) == ("ntlm", "impersonation", True)
    assert (config.sync.interval, config.sync.window_past) == (timedelta(minutes=10), timedelta(days=30))
    assert config.mailboxes() == []


def test_systemds_folder_is_the_default_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/elsewhere")
    assert load(write(tmp_path, MINIMAL)).paths.state_dir == Path("/var/lib/elsewhere")


ENDPOINT = 'the address of Exchange Web Services, such as "https://mail.example.com/EWS/Exchange.asmx"'
DURATION = 'a duration such as "90s", "10m", "2h" or "30d"'
ADDRESS = 'an e-mail address such as "guanghan@example.com"'
SAME = '"guanghan@example.com"'
CA = 'ca_file = "exchange-password"'
DECIDER = '"ask", "exchange" or "local"'
LONG = "/" + "s" * 120

WRONG_KEYS = [
    ("endpoint = ", "#", f"exchange.endpoint: found nothing, expected {ENDPOINT}"),
    (
        '"https:',
        '"http:',
        f'exchange.endpoint: found "http://mail.example.com/EWS/Exchange.asmx", expected {ENDPOINT}',
    ),
    ("password_file", "pasword_file", 'exchange.pasword_file: found an unknown key, expected "password_file"'),
    ('auth = "ntlm"', 'auth = "x"', 'exchange.auth: found "x", expected "ntlm" or "basic"'),
    ('access = "impersonation"', "access = 1", 'exchange.access: found 1, expected "impersonation" or "delegate"'),
    ("verify = false", 'verify = "no"', 'exchange.verify: found "no", expected true or false'),
    ('interval = "10m"', 'interval = "10 min"', f'sync.interval: found "10 min", expected {DURATION}, above 0'),
    ('interval = "10m"', 'interval = "0s"', f'sync.interval: found "0s", expected {DURATION}, above 0'),
    ('interval = "10m"', "interval = 10", f"sync.interval: found 10, expected {DURATION}, above 0"),
    ('window_past = "30d"', 'window_past = "-1d"', f'sync.window_past: found "-1d", expected {DURATION}'),
    (
        "[exchange]",
        "[exchange]\nmax_connections = 0",
        "exchange.max_connections: found 0, expected a number of connections from 1 to 10",
    ),
    (
        "[exchange]",
        "[exchange]\nmax_connections = 11",
        "exchange.max_connections: found 11, expected a number of connections from 1 to 10",
    ),
    ("[sync]", "[sync]\nstreams = 11", "sync.streams: found 11, expected a number of connections from 1 to 10"),
    ("[sync]", '[sync]\nnotifications = "no"', 'sync.notifications: found "no", expected true or false'),
    ("[sync]", "[sync]\nloss_share = 101", "sync.loss_share: found 101, expected a share in percent, from 1 to 100"),
    ("[paths]", '[sync.policy]\ntime = "me"\n[paths]', f'sync.policy.time: found "me", expected {DECIDER}'),
    ("[paths]", '[sync.policy]\ntitel = "ask"\n[paths]', 'sync.policy.titel: found an unknown key, expected "title"'),
    ("[sync]", "[sink]", 'sink: found an unknown key, expected "sync"'),
    ("Guanghan@Example.com", "guanghan", f'room[1].address: found "guanghan", expected {ADDRESS}'),
    ("capacity = 8", 'capacity = "8"', 'room[1].capacity: found "8", expected a number of seats, at least 1'),
    ("capacity = 8", "capacity = 0", "room[1].capacity: found 0, expected a number of seats, at least 1"),
    ('["screen", "video"]', "1", 'room[1].features: found 1, expected a list of words such as ["screen", "video"]'),
    ('answers = "auto"', 'answers = "me"', 'room[1].answers: found "me", expected "auto", "exchange" or "roomd"'),
    ('name = "2楼广寒宫"', 'name = " "', 'room[1].name: found " ", expected a name people know the room by'),
    ("[[person]]", "[person]", "person: found a table, expected tables [[person]]"),
    ('"control.sock"', f'"{LONG}"', f'paths.socket: found "{LONG}", expected a path of at most 107 bytes'),
    ("zhangsan@", "guanghan@", f"person[1].address: found {SAME}, which room[1] has too, expected each address once"),
    (
        "verify = false",
        f"verify = false\n{CA}",
        "exchange.verify: found false together with ca_file, expected one of the two",
    ),
]


@pytest.mark.parametrize(("was", "becomes", "fault"), WRONG_KEYS)
def test_a_wrong_key_is_named_with_what_was_found_and_what_is_expected(
    tmp_path: Path, was: str, becomes: str, fault: str
) -> None:
    assert was in GOOD
    assert fault in faults_of(tmp_path, GOOD.replace(was, becomes))


def test_every_unit_of_a_merge_has_its_policy_and_is_asked_about_by_default() -> None:
    assert PolicySection().policies() == dict.fromkeys(UNITS, Policy.ASK)


def test_names_and_users_are_given_once(tmp_path: Path) -> None:
    doubled = (
        '[[room]]\naddress = "b@example.com"\nname = "Berg"\n[[room]]\naddress = "c@example.com"\nname = "BERG"\n'
    )
    people = '[[person]]\naddress = "x@example.com"\nunix_user = "x"\n[[person]]\naddress = "y@example.com"\n'
    assert faults_of(tmp_path, MINIMAL + doubled + people + 'unix_user = "x"\n') == [
        'room[2].name: found "BERG", which room[1] has too, expected each name once',
        'person[2].unix_user: found "x", which person[1] has too, expected each unix_user once',
    ]


def test_several_faults_are_several_lines(tmp_path: Path) -> None:
    text = (
        GOOD.replace('auth = "ntlm"', 'auth = "x"')
        .replace("capacity = 8", "capacity = -1")
        .replace("[paths]", "[path]")
    )
    assert [fault.split(":")[0] for fault in faults_of(tmp_path, text)] == [
        "exchange.auth",
        "room[1].capacity",
        "path",
    ]


def test_a_syntax_error_is_named_by_its_line(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, "[exchange]\nendpoint = \n")
    assert fault.startswith("line 2, column 12: found a syntax error")
    assert fault.endswith("expected TOML")


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"file: found No such file or directory, expected a readable TOML file"):
        load(tmp_path / "nowhere.toml")


def test_a_file_that_is_not_text_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "roomd.toml"
    file.write_bytes(b"[exchange]\nusername = '\xff'\n")
    with pytest.raises(ConfigError, match="line 2: found bytes that are not UTF-8, expected TOML in UTF-8"):
        load(file)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_file_must_hold_a_certificate(tmp_path: Path, content: str | None) -> None:
    if content:
        (tmp_path / "ca.pem").write_text(content)
    (fault,) = faults_of(tmp_path, GOOD.replace("verify = false", 'ca_file = "ca.pem"'))
    found = "without a certificate" if content else "(No such file or directory)"
    assert fault.startswith(f'exchange.ca_file: found "{tmp_path}/ca.pem" {found}, expected')


def test_a_password_in_the_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, GOOD.replace("https://mail", "https://svc:geheim@mail"))
    assert fault.startswith("exchange.endpoint: found a user name or password inside the address")
    assert "geheim" not in fault


def test_a_password_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, GOOD.replace("password_file =", 'password = "geheim" #'))
    assert fault == 'exchange.password: found an unknown key, expected "password_file"'


def password_of(file: Path, environment: dict[str, str]) -> str:
    return read_password(load(file).exchange, file, environment).get_secret_value()


def test_the_password_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    (tmp_path / "exchange-password").write_text("geheim mit Leerzeichen \nmore\n")
    assert password_of(file, {}) == "geheim mit Leerzeichen "


def test_a_password_is_not_shown_by_accident(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    password = read_password(load(file).exchange, file, {})
    assert "geheim" not in f"{password} {password!r}"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_a_password_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    file = write(tmp_path, GOOD)
    (tmp_path / "exchange-password").chmod(mode)
    with pytest.raises(ConfigError, match=rf"with mode {mode:04o}, expected 0600: run `chmod 600 {tmp_path}"):
        password_of(file, {})


def test_systemds_credential_is_taken_whatever_its_mode(tmp_path: Path) -> None:
    file = write(tmp_path, MINIMAL)
    credential = tmp_path / "credentials" / "exchange-password"
    credential.parent.mkdir()
    credential.write_text("from systemd\n")
    credential.chmod(0o440)
    assert password_of(file, {"CREDENTIALS_DIRECTORY": str(credential.parent)}) == "from systemd"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (None, r"\(No such file or directory\)"),
        (b"", "that is empty"),
        (b"\n", "that is empty"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_password_file_without_a_password_is_refused(tmp_path: Path, content: bytes | None, found: str) -> None:
    file = write(tmp_path, GOOD)
    secret = tmp_path / "exchange-password"
    secret.unlink() if content is None else secret.write_bytes(content)
    with pytest.raises(ConfigError, match=found):
        password_of(file, {})


def test_no_password_at_all_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"exchange\.password_file: found nothing, expected a file, or the systemd"):
        password_of(write(tmp_path, MINIMAL), {})


def sections() -> list[type[BaseModel]]:
    from roomd_daemon.config import sections as module  # noqa: PLC0415

    return [
        Config,
        *(cls for cls in vars(module).values() if isinstance(cls, type) and issubclass(cls, module.Section)),
    ]


@pytest.mark.parametrize("section", sections())
def test_every_setting_says_what_it_is_and_what_is_expected(section: type[BaseModel]) -> None:
    for name, field in section.model_fields.items():
        assert field.description, name
        assert isinstance(field.json_schema_extra, dict), name
        assert field.json_schema_extra["expected"], name


def test_check_config_prints_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config", "--config", str(write(tmp_path, GOOD))]) == 0
    out = capsys.readouterr().out
    assert "every 10 minutes" in out
    assert "from 30 days back to 400 days ahead" in out
    assert "NOT CHECKED (verify = false)" in out
    assert "Rooms: 1 (2楼广寒宫)" in out
    assert "geheim" not in out


def test_check_config_ends_with_2_and_a_line_for_each_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, GOOD.replace('"ntlm"', "1").replace("capacity = 8", "capacity = true"))
    assert main(["check-config", "--config", str(file)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        f'{file}: exchange.auth: found 1, expected "ntlm" or "basic"',
        f"{file}: room[1].capacity: found true, expected a number of seats, at least 1",
    ]


def test_a_wrong_command_line_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check-config", "--config", "x", "--frobnicate"])
    assert ended.value.code == 2
    assert "--frobnicate" in capsys.readouterr().err


def test_checking_a_configuration_does_not_pay_for_exchangelib(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    code = (
        "import sys; from roomd_daemon.cli import main; main(sys.argv[1:]);"
        "print(sorted({'exchangelib', 'starlette', 'uvicorn', 'httpx2'} & set(sys.modules)))"
    )
    argv = [sys.executable, "-c", code, "check-config", "--config", str(file)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_rooms_by_list_and_pattern_are_understood(tmp_path: Path) -> None:
    text = (
        f'{MINIMAL}[[rooms]]\nlist = "All rooms"\nfeatures = ["screen"]\n[[rooms]]\npattern = "Room-*@Example.com"\n'
    )
    by_list, by_pattern = load(write(tmp_path, text)).sources()
    assert (by_list.name, by_list.features) == ("list All rooms", ("screen",))
    assert by_pattern.pattern == "room-*@example.com"


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("", "rooms[1]: found neither list nor pattern, expected one of the two"),
        ('list = "a@b"\npattern = "*@b"', "rooms[1]: found both list and pattern, expected one of the two"),
        ('pattern = "room@b"', 'rooms[1].pattern: found "room@b", expected addresses with * for anything'),
        ('list = ""', 'rooms[1].list: found "", expected the address or the name of a room list'),
        ('list = "A"\n[[rooms]]\nlist = "a"', "rooms[2]: found the list a, which rooms[1] has too, expected each"),
    ],
)
def test_rooms_that_cannot_be_meant_are_told(tmp_path: Path, table: str, fault: str) -> None:
    [told] = faults_of(tmp_path, f"{MINIMAL}[[rooms]]\n{table}\n")
    assert told.startswith(fault)
