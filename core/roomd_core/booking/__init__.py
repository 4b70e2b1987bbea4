"""Booking, changing and cancelling as a person of the company, and reading as one."""

from roomd_core.booking.service import BookingService

__all__ = ["BookingService"]
