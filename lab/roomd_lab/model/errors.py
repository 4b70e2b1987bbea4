"""How Exchange says no."""

from collections.abc import Mapping


class ExchangeError(Exception):
    """A refusal with Exchange's own response code.

    `code` is one of the names of the ResponseCode page; `text` is the sentence Exchange sends with it.
    `inner_code` is what was behind it, where Exchange tells both; `details` are named values that go with it.
    """

    def __init__(
        self, code: str, text: str, *, inner_code: str = "", details: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.inner_code = inner_code
        self.details = details or {}


def item_not_found() -> ExchangeError:
    """Exchange does not tell a missing item from one the caller may not see."""
    return ExchangeError("ErrorItemNotFound", "The specified object was not found in the store.")


def folder_not_found() -> ExchangeError:
    """The folder does not exist in this mailbox."""
    return ExchangeError("ErrorFolderNotFound", "The specified folder could not be found in the store.")


def access_denied() -> ExchangeError:
    """The caller has no permission on this folder."""
    return ExchangeError("ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def impersonation_denied() -> ExchangeError:
    """The caller lacks the role, or it does not reach this user."""
    return ExchangeError(
        "ErrorImpersonateUserDenied", "The account does not have permission to impersonate the requested user."
    )


def no_such_mailbox(address: str) -> ExchangeError:
    """No mailbox has this SMTP address."""
    return ExchangeError(
        "ErrorNonExistentMailbox", f"The SMTP address '{address}' has no mailbox associated with it."
    )
