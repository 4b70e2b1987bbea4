"""A group's life: watched by the best means that Exchange allows, taken up again when that breaks."""

import asyncio
import random as randomness
from collections.abc import Callable, Sequence

from roomd_core.model import WatchMeans
from roomd_core.sync.remote import RemoteError, WatchedBy
from roomd_daemon.exchange.rules import Rules
from roomd_daemon.exchange.settings import ExchangeSettings, WatchSettings
from roomd_daemon.exchange.watching.grouping import Group, groups_of
from roomd_daemon.exchange.watching.hotline import Hotline
from roomd_daemon.exchange.watching.pulling import Pull, is_refusal
from roomd_daemon.exchange.watching.streaming import Stream, SubscriptionsLost, Tell

_ENOUGH_SILENCE = 3
"""Streams that were granted and then said nothing, before the way there is taken to be unfit for streams."""
_A_WHILE, _A_MOMENT = 60.0, 1.0
"""Seconds after which a stream that breaks, or that ends as it should, counts as one that worked."""
_NO_CONNECTION_LEFT = (
    "every streaming connection has as many calendars as Exchange allows; [sync] streams sets how many there are"
)


async def watch(settings: ExchangeSettings, rules: Rules, mailboxes: Sequence[str], tell: Tell) -> None:
    """Watch these calendars until cancelled."""
    async with asyncio.TaskGroup() as tasks:
        for number, group in enumerate(groups_of(mailboxes, settings.watch)):
            tasks.create_task(_live(group, settings, rules, tell), name=f"watched calendars, group {number}")


async def _live(group: Group, settings: ExchangeSettings, rules: Rules, tell: Tell) -> None:
    line = Hotline(settings, rules)
    try:
        await Life(group, line, settings.watch, tell).live()
    finally:
        await line.close()


def wait_after(failures: int, longest: float, random: Callable[[], float]) -> float:
    """Return how many seconds to wait after so many failures in a row: anything up to a bound that doubles."""
    return min(longest, float(1 << min(failures, 16))) * random()


class Life:
    """What one group does from the start to the end."""

    def __init__(
        self,
        group: Group,
        line: Hotline,
        settings: WatchSettings,
        tell: Tell,
        random: Callable[[], float] = randomness.random,
    ) -> None:
        self._group = group
        self._tell = tell
        self._longest_wait = settings.longest_wait
        self._random = random
        self._stream = Stream(group.mailboxes, line, settings.minutes, tell)
        self._pull = Pull(group.mailboxes, line, settings, tell, self._wait_after)

    def _wait_after(self, failures: int) -> float:
        return wait_after(failures, self._longest_wait, self._random)

    async def live(self) -> None:
        """Go on until cancelled."""
        while True:
            refusal = await self._stream_until_refused() if self._group.may_stream else _NO_CONNECTION_LEFT
            await self._pull.ask_around(refusal)

    async def _stream_until_refused(self) -> str:
        """Stream, again and again; return why Exchange, or the way to it, does not allow that."""
        failures = silences = 0
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            error = await self._listen()
            lasted = loop.time() - begun
            if error is not None:
                unheard = self._stream.was_asked_for and not self._stream.was_opened
                silences = silences + 1 if unheard else 0
                if is_refusal(error) or silences >= _ENOUGH_SILENCE:
                    return str(error)
                self._tell(WatchedBy(mailboxes=self._group.mailboxes, means=WatchMeans.POLLING, reason=str(error)))
            worked = self._stream.was_opened and lasted >= (_A_WHILE if error else _A_MOMENT)
            failures = 0 if worked else failures + 1
            if error or failures:
                await asyncio.sleep(self._wait_after(failures))

    async def _listen(self) -> RemoteError | None:
        """Stream once; return what broke it, None when its time was over."""
        try:
            await self._stream.listen()
        except SubscriptionsLost as error:
            return error
        except RemoteError as error:
            self._stream.forget()
            return error
        return None
