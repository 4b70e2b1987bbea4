"""The footer: the keys that matter here, the ones that cannot be used now dimmed."""

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from roomd_tui.actions import Action, Situation


class KeyBar(Widget):
    """One line of keys. A dimmed key stays in its place; pressed, it says why."""

    DEFAULT_CSS = "KeyBar { height: 1; dock: bottom; padding: 0 1; }"

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__()
        self._actions = [action for action in actions if action.label]
        self._content = Content()

    def show(self, situation: Situation) -> None:
        """Show what can be done in ``situation``."""
        keys = (self._key(action, blocked=bool(action.obstacle(situation))) for action in self._actions)
        content = Content("  ").join(keys)
        if content != self._content:
            self._content = content
            self.refresh()

    def render(self) -> Content:
        """Draw the line."""
        return self._content

    @staticmethod
    def _key(action: Action, *, blocked: bool) -> Content:
        if blocked:
            return Content.styled(f"{action.key} {action.label}", "dim")
        return Content.assemble((action.key, "bold $footer-key-foreground"), " ", action.label)
