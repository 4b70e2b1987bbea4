"""What may be written into a title, a place or a body."""

import re
from typing import Final

from roomd_core.errors import Invalid

LONGEST_LINE: Final = 255
"""UTF-16 units that Exchange's Subject holds (MS-OXCMSG section 2.2.1.46), and Outlook's Location."""

# What XML 1.0 section 2.2 leaves out: such a character cannot travel to Exchange.
_UNSENDABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_BREAK = re.compile("[\t\n\r\x85\u2028\u2029]")


def utf16_length(text: str) -> int:
    """Return how many UTF-16 units a text takes: one for most characters, two for an emoji."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def title(text: str) -> str:
    """Return a title as it is stored. Raises Invalid for a blank one, too long a one, or more than one line."""
    stored = line("title", text)
    if not stored:
        raise Invalid("title", "is blank; say what the meeting is about")
    return stored


def line(field: str, text: str) -> str:
    """Return one line of text without the blanks around it. Raises Invalid when Exchange could not hold it."""
    stored = sendable(field, text).strip()
    if _LINE_BREAK.search(stored):
        raise Invalid(field, "must be one line")
    if (length := utf16_length(stored)) > LONGEST_LINE:
        raise Invalid(
            field,
            f"is {length} units long and Exchange holds {LONGEST_LINE} (an emoji counts two); shorten it",
        )
    return stored


def sendable(field: str, text: str) -> str:
    """Return the text. Raises Invalid if it holds a character that cannot be sent to Exchange."""
    if found := _UNSENDABLE.search(text):
        raise Invalid(field, f"holds the character U+{ord(found[0]):04X}, which cannot be stored; remove it")
    return text
