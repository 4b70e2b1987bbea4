"""The interface's screens, one file each."""
