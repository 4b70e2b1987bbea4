"""Exchange, reached over Exchange Web Services: the engine's Remote port on exchangelib.

From the outside in:

``adapter``       Exchange: the port's operations, each a few requests
``reads``         the XML of what is asked often: feed, items, searches, free/busy
``writes``        the XML of what changes something, built by exchangelib
``answers``       what comes back: a page of the feed, items, written ids, busy spans
``item``          one CalendarItem element to one RemoteItem
``unreadable``    one item that cannot be read, told apart from an answer that cannot
``automation``    a room's own setting of who answers for it
``directory``     the address book: room lists, their rooms, names
``properties``    the item properties asked for, and the one that is roomd's own
``zones``         Windows' names of time zones and IANA's
``watching``      notifications: being told at once that a calendar changed
``line``          requests on their way: slots and a deadline
``rules``         what every request obeys: sign-in breaker, back-off, one judgement of failures
``connections``   exchangelib's sessions with roomd's TLS, and a way to cut a call that takes too long
``soap``          an answer is believed only if it is whole; what Exchange said no with
``trouble``       the facts of a failure
``codes``         what each of Exchange's response codes lets us conclude
``faults``        what a failure means for the engine, and the words people read
``breaker``       after a refused sign-in: when the next one may be tried
``pace``          how many requests go at once: fewer while Exchange is overloaded
``backoff``       after a busy server: who has to wait, and how long
``signs``         what answers tell besides: the server's clock, its certificate's end
``settings``      what an administrator decides about all this

Nothing outside this package imports exchangelib, requests or lxml for Exchange's sake.
"""

from roomd_daemon.exchange.adapter import Exchange
from roomd_daemon.exchange.breaker import Breaker, SignIn
from roomd_daemon.exchange.settings import Access, Auth, ExchangeSettings, Secret, WatchSettings

__all__ = ["Access", "Auth", "Breaker", "Exchange", "ExchangeSettings", "Secret", "SignIn", "WatchSettings"]
