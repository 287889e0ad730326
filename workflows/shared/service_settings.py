"""What an installation says of the services outside: whom to ask, as whom, with which keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PREFIXES = (
    "HUIJI_WECHAT_",
    "HUIJI_SMS_",
    "HUIJI_MAIL_",
    "HUIJI_PHOTO_",
    "HUIJI_DOCUMENTS_",
    "HUIJI_SUPERVISION_",
)


class IncompleteSettings(ValueError):
    """An installation does not say what it must."""


@dataclass(frozen=True)
class ServiceSettings:
    """The environment's variables for services outside, by name; never shown: keys are in it."""

    given: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "ServiceSettings":
        """Keep what is said of services outside."""
        return cls({name: value for name, value in environ.items() if name.startswith(PREFIXES)})

    def find(self, name: str, default: str = "") -> str:
        """What a variable says; the default where it is empty or not there."""
        return self.given.get(name, "").strip() or default

    def get(self, name: str) -> str:
        """What a variable says; raises IncompleteSettings."""
        found = self.find(name)
        if not found:
            raise IncompleteSettings(f"{name} is missing")
        return found

    def get_file(self, name: str) -> bytes:
        """The content of the file that a variable names; raises IncompleteSettings."""
        try:
            return Path(self.get(name)).read_bytes()
        except OSError as error:
            raise IncompleteSettings(f"{name} names a file that cannot be read") from error

    def get_number(self, name: str, default: int) -> int:
        """A variable that is a whole number; raises IncompleteSettings."""
        found = self.find(name, str(default))
        if not found.isdecimal():
            raise IncompleteSettings(f"{name} is not a number")
        return int(found)
