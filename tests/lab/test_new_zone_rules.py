"""A lab that begins again on a machine whose zone database has changed."""

from contextlib import ExitStack
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from lab.contract.endpoint import Answer, Endpoint, Site
from lab.contract.lab_accounts import accounts_of
from lab.contract.requests import (
    calendar_item,
    create,
    find,
    get,
    next_tuesday,
    occurrence,
    recurrence,
    sync,
    view,
    written,
)
from lab.test_command import running

DAILY = "<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>"
ZONES = '<t:StartTimeZone Id="W. Europe Standard Time"/><t:EndTimeZone Id="W. Europe Standard Time"/>'
RULES = (
    '<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>W. Europe Standard Time</t:Id></m:Ids>'
    "</m:GetServerTimeZones>"
)


@pytest.fixture
def endpoint_of(tmp_path: Path) -> "Lives":
    return Lives(tmp_path)


class Lives:
    """One lab that lives several times."""

    def __init__(self, folder: Path) -> None:
        self._options = ("--empty", "--people", "2", "--rooms", "1", "--state", str(folder / "lab.state"))

    def next(self, stack: ExitStack) -> Endpoint:
        process, ready = stack.enter_context(running(*self._options))
        endpoint = Endpoint(Site(**accounts_of(ready)))  # type: ignore[arg-type]
        stack.callback(lambda: (endpoint.close(), process.terminate(), process.wait(timeout=10)))
        return endpoint


def starts(answer: Answer) -> list[str]:
    return answer.texts("//t:CalendarItem/t:Start")


def test_series_follow_the_new_rules_and_single_items_stay(
    endpoint_of: Lives, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = next_tuesday()
    with ExitStack() as stack:
        before = endpoint_of.next(stack)
        single = before.ask(create(calendar_item("Single", start, after_people=ZONES))).item_id()
        three = calendar_item("Series", start, after_people=recurrence(DAILY, start.date(), 3) + ZONES)
        series = before.ask(create(three)).item_id()
        state = before.ask(sync()).text("//m:SyncState")
        clock = before.ask(get(occurrence(series.id, 2))).text("//t:StartWallClock")
    put_moscow_in_the_place_of_berlin(tmp_path)
    monkeypatch.setenv("PYTHONTZPATH", str(tmp_path / "zoneinfo"))
    with ExitStack() as stack:
        after = endpoint_of.next(stack)
        assert starts(after.ask(get(single.element()))) == [written(start)]
        second = after.ask(get(occurrence(series.id, 2)))
        assert second.text("//t:StartWallClock") == clock[:19] + "+03:00"
        assert (
            starts(after.ask(find(view=view(start - timedelta(days=1), start + timedelta(days=9))))).count(
                second.text("//m:Items/t:CalendarItem/t:Start")
            )
            == 1
        )
        assert after.ask(sync(state)).all("//m:Changes/*") == []
        assert after.ask(RULES).all("//t:Period")[0].get("Bias") == "-PT3H"


def put_moscow_in_the_place_of_berlin(folder: Path) -> None:
    other = files("tzdata").joinpath("zoneinfo", "Europe", "Moscow").read_bytes()
    (folder / "zoneinfo" / "Europe").mkdir(parents=True)
    (folder / "zoneinfo" / "Europe" / "Berlin").write_bytes(other)
