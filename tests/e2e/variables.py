"""What the tests tell the part of them that runs inside LocalEmu, by environment variables."""

from enum import StrEnum

RIE = "E2E_RIE"
"""Path of the Runtime Interface Emulator."""

INTERPRETER = "E2E_INTERPRETER"
"""Path of the Python that runs functions."""

FRAGMENT_SHAPE = "E2E_FRAGMENT_SHAPE"
"""Path of a file that holds a `Shape`, so that one LocalEmu serves both."""


class Shape(StrEnum):
    """Whether the fragment that a macro gets has the Transform, or Fn::Transform, that called it."""

    WITHOUT_TRANSFORM = "without Transform, as AWS documents it"
    WITH_TRANSFORM = "with Transform"
