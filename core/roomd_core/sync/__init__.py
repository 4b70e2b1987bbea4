"""Bringing both sides together: pull, merge, push, over a Remote port.

Decisions are pure functions from a case (all that is known of one event) to a case; the shell around them reads,
sends and stores. To read it in order:

- what is decided: ``case``, ``match``, ``content``, ``observe``, ``answers``, ``conflicts``, ``conclude``,
  ``narrate`` and ``plan`` for what is seen; ``sending`` and ``push`` for what is sent; ``rooms`` and ``resolve``;
  ``overlap``, ``double_booking`` and ``cause``.
- what is not believed at once: ``losses`` and ``vanished`` for what a mailbox no longer has, ``dropping`` and
  ``drift`` for rooms that lost a meeting or hold something else.
- what is done: ``loading``, ``writing`` and ``ledger`` at the store; ``pull`` and ``round``, ``outbox`` and
  ``dispatch``, ``attend`` and ``aftercare`` at Exchange, with ``inviting`` and ``releasing`` for rooms.
  ``loss_guard``, ``auditing`` and ``doubles`` ask before something is lost, ``fenced`` keeps a doubtful store from
  sending, and ``engine`` puts them together.
- what wakes a pull between two runs: ``watch``, by the rule of ``debounce``.
"""
