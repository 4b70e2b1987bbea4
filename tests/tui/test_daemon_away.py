from msgspec.structs import replace

from roomd_core.api.wire import ExchangeStatus, Health
from tui.example_house import GARDEN, NOW, at, finished_run, span, status
from tui.prepared_daemon import PreparedDaemon
from tui.screens_as_text import seated


async def test_a_daemon_that_goes_away_leaves_what_is_known_and_says_so_until_it_is_back(
    daemon: PreparedDaemon,
) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Budget")
        await seat.until(lambda: daemon.watched, "the stream to be followed")
        await daemon.stop()
        await seat.sees("daemon not reachable (last heard 09:40)")
        assert seat.line("|Budge")
        await seat.press("right", "b")
        await seat.hears("the daemon is not reachable")
        daemon.occupy(GARDEN, span("meanwhile", "Meanwhile", at(17), at(19)))
        await daemon.start()
        await seat.sees_no("daemon not reachable")
        await seat.sees("|Meanwh")


async def test_a_daemon_that_is_not_there_at_first_is_found_when_it_comes(daemon: PreparedDaemon) -> None:
    await daemon.stop()
    async with seated(daemon) as seat:
        await seat.sees("daemon not reachable: ")
        await seat.sees("Cannot read the rooms")
        await daemon.start()
        await seat.sees("Budget")
        await seat.sees_no("Cannot read")


async def test_a_form_that_is_open_while_the_daemon_is_away_keeps_what_was_typed(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("down", "b")
        await seat.type("Plan")
        await daemon.stop()
        await seat.press("enter")
        await seat.sees("no such socket")
        await daemon.start()
        await seat.press("enter")
        await seat.hears("Booked")


async def test_exchange_that_does_not_answer_is_a_banner_with_what_to_do(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.until(lambda: daemon.watched, "the stream to be followed")
        failing = ExchangeStatus(
            health=Health.FAILING, endpoint="https://mail.example.com", message="ask the network"
        )
        daemon.status = status(exchange=failing)
        daemon.publish(run=finished_run())
        await seat.sees("Exchange does not answer: ask the network")
        assert seat.lines()[0].endswith("Exchange failing, 1 to send")


async def test_a_run_that_ends_shows_in_the_status_without_asking(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.until(lambda: daemon.watched, "the stream to be followed")
        await seat.sees("1 to send")
        daemon.status = replace(daemon.status, outbox=replace(daemon.status.outbox, queued=0), now=NOW)
        daemon.publish(run=finished_run())
        await seat.sees_no("1 to send")


async def test_nothing_is_written_while_nothing_happens(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Budget")
        await seat.until(lambda: daemon.watched, "the stream to be followed")
        await seat.pilot.pause()
        drawn: list[int] = []
        render_line = seat.app.screen.rooms.render_line  # type: ignore[attr-defined]
        seat.app.screen.rooms.render_line = lambda y: (drawn.append(y), render_line(y))[1]  # type: ignore[attr-defined]
        daemon.publish()
        await seat.pilot.pause(0.2)
        assert drawn == []
