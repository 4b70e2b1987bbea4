"""A box to tick whose state can be read without colour: Textual's own shows it by colour alone."""

from textual.widgets import Checkbox


class Tick(Checkbox):
    """``[x]`` or ``[ ]``, and a text."""

    BUTTON_LEFT = "["
    BUTTON_RIGHT = "]"

    def __init__(self, label: str, value: bool) -> None:  # noqa: FBT001 - as Textual's own
        super().__init__(label, value, compact=True)
        self._show(ticked=value)

    def watch_value(self) -> None:
        """Show the state, and tell of it."""
        self._show(ticked=self.value)
        super().watch_value()

    def _show(self, *, ticked: bool) -> None:
        self.BUTTON_INNER = "x" if ticked else " "
