"""Watching calendars through EWS notifications: as a wake-up, nothing more.

``grouping``   which calendars share a connection
``asking``     the XML of Subscribe, GetStreamingEvents and GetEvents
``envelopes``  the envelopes in a stream of bytes
``news``       what an envelope tells
``hotline``    one group's own connection: requests, and an answer that goes on
``streaming``  a group watched by a stream
``pulling``    a group asked about every few seconds
``group``      a group's life: the best of these that Exchange allows, tried again when it breaks
"""
