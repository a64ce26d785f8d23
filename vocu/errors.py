"""Every failure that vocu reports. The family tells what to do, the code names it, the sentence explains it.

VocuError
├── MalformedError   the bytes or the form are wrong: fix the input
├── RefusedError     well-formed, but a rule says no: do something else, or later
├── UntrustedError   someone lies or something was tampered with: stop and raise the alarm
└── SealedError      not sealed to a key that is held here: nothing to repair
"""


class VocuError(Exception):
    """Base of all errors that vocu raises on purpose.

    `code` is stable and travels on the wire (docs/protocol.md lists them all); the message is a sentence that
    tells a person what to do next; `details` holds one line per finding where there are several.
    """

    def __init__(self, code: str, message: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details

    def __str__(self) -> str:
        lines = [f"{self.message} [{self.code}]", *(f"  - {detail}" for detail in self.details)]
        return "\n".join(lines)


class MalformedError(VocuError):
    """The input does not have the form that the specification prescribes."""


class RefusedError(VocuError):
    """The input is well-formed, but a rule does not allow it."""


class UntrustedError(VocuError):
    """Evidence that someone lies, or that something was tampered with. Stop and raise the alarm."""


class SealedError(VocuError):
    """The content is not sealed to any key held here."""
