"""Booking, changing and cancelling as a person of the company."""
