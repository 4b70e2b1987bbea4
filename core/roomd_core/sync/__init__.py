"""Bringing both sides together: pull, merge, push, over a Remote port."""
