"""Series as contents to test with: rules across clock changes, with occurrences changed and called off."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st
from msgspec.structs import replace

from core.recurrence.rules import THE_SEVEN
from roomd_core.model import Content
from roomd_core.occurrences import times_of, with_exceptions
from roomd_core.recurrence import (
    AbsoluteMonthly,
    Daily,
    EndDate,
    ModifiedOccurrence,
    NoEnd,
    Numbered,
    Occurrence,
    Recurrence,
    Series,
    Weekly,
    first_day,
    occurrences_between,
)
from roomd_core.zones import zone_of

ZONES = ["UTC", "Europe/Berlin", "Asia/Shanghai", "America/St_Johns", "Australia/Lord_Howe"]
HOUR = timedelta(hours=1)
SHOWN = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
patterns = st.one_of(
    st.builds(Daily, interval=st.integers(1, 9)),
    st.builds(
        Weekly,
        interval=st.integers(1, 3),
        days=st.lists(st.sampled_from(THE_SEVEN), min_size=1, max_size=3, unique=True).map(tuple),
    ),
    st.builds(AbsoluteMonthly, day=st.integers(1, 31)),
)
ranges = st.one_of(
    st.just(NoEnd()),
    st.builds(Numbered, count=st.integers(3, 40)),
    st.builds(EndDate, last=st.dates(date(2027, 2, 1), date(2027, 12, 1))),
)


@st.composite
def plain_series(draw: st.DrawFn) -> Content:
    """Draw a series without exceptions that really begins on its first day."""
    day, at = draw(st.dates(date(2026, 9, 1), date(2026, 12, 1))), time(draw(st.integers(0, 22)), 30)
    asked = Recurrence(pattern=draw(patterns), first=day, range=draw(ranges))
    first = first_day(asked)
    assert first is not None
    zone = draw(st.sampled_from(ZONES))
    start = datetime.combine(first, at, zone_of(zone)).astimezone(UTC)
    series = Series(recurrence=replace(asked, first=first))
    return Content(title="Weekly", start=start, end=start + HOUR, zone=zone, rooms=("m@x",), series=series)


@st.composite
def changed(draw: st.DrawFn, content: Content) -> Content:
    """Draw what else may have happened to some of the first occurrences; the last always stands."""
    assert content.series is not None
    exceptions = dict(content.series.exceptions)
    for each in shown(content)[:-1][:5]:
        what = draw(st.sampled_from(["keep", "keep", "delete", "move", "rename"]))
        if what == "delete":
            exceptions[each.original_start] = None
        elif what != "keep":
            exceptions[each.original_start] = _changed(each, draw(st.sampled_from("AB")), moved=what == "move")
    return with_exceptions(content, exceptions)


def _changed(occurrence: Occurrence, name: str, *, moved: bool) -> ModifiedOccurrence:
    later = timedelta(minutes=30) if moved else timedelta()
    return ModifiedOccurrence(
        original_start=occurrence.original_start,
        start=occurrence.start + later,
        end=occurrence.end + later,
        title=None if moved else name,
    )


def shown(content: Content) -> list[Occurrence]:
    """Return when the occurrences are."""
    assert content.series is not None
    return occurrences_between(content.series, times_of(content), *SHOWN)


series_contents = plain_series().flatmap(changed)
