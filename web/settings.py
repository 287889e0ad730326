"""What an installation decides, read from its environment.

In development everything has a value: SQLite and secrets that are made once, both under
`var/`. In production (`HUIJI_ENVIRONMENT=production`) the database and every secret must be
given, and cookies travel over https only.
"""

import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from workflows.member_certificate.policies import CertificatePolicy
from workflows.shared.keeping import Periods
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

__all__ = ["SECRETS", "IncompleteSettings", "Settings"]

SECRETS = ("master", "lookup", "trail", "cookie")
"""Names of the four 32-byte secrets; HUIJI_SECRET_MASTER may list several, the current first."""


@dataclass(frozen=True)
class Settings:
    """One installation's choices."""

    environment: str
    var: Path
    database_url: str = field(repr=False)
    masters: tuple[bytes, ...] = field(repr=False)
    lookup_key: bytes = field(repr=False)
    trail_key: bytes = field(repr=False)
    cookie_key: bytes = field(repr=False)
    code_keys: tuple[bytes, ...] = field(default=(), repr=False)
    public_url: str = "http://127.0.0.1:8000"
    proxies: int = 0
    support_phone: str = "010-88250337/0338"
    session_idle: timedelta = timedelta(hours=2)
    session_length: timedelta = timedelta(hours=12)
    staff_need_second_step: bool = False
    services: ServiceSettings = field(default_factory=ServiceSettings)
    keeping: Periods = field(default_factory=Periods)
    certificates: CertificatePolicy = field(default_factory=CertificatePolicy)

    @property
    def is_development(self) -> bool:
        """Whether stand-ins of outside services and demo pages may be shown."""
        return self.environment != "production"

    @property
    def is_https(self) -> bool:
        """Whether browsers reach this installation over https."""
        return self.public_url.startswith("https://")

    @property
    def files(self) -> Path:
        """The folder of uploaded files."""
        return self.var / "files"

    @property
    def demo_list(self) -> Path:
        """The list of the demo's accounts, for the sign-in page."""
        return self.var / "demo.json"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; raises IncompleteSettings."""
        given = os.environ if environ is None else environ
        environment = given.get("HUIJI_ENVIRONMENT", "development")
        var = Path(given.get("HUIJI_VAR", "var")).resolve()
        if environment == "production":
            _check_complete(given)
            keys = {name: given[f"HUIJI_SECRET_{name.upper()}"] for name in SECRETS}
        else:
            keys = _own_secrets(var)
        return cls(
            environment=environment,
            var=var,
            database_url=given.get("HUIJI_DATABASE_URL", f"sqlite:///{var / 'huiji.db'}"),
            masters=tuple(_read_key(key) for key in keys["master"].split(",")),
            lookup_key=_read_key(keys["lookup"]),
            trail_key=_read_key(keys["trail"]),
            cookie_key=_read_key(keys["cookie"]),
            code_keys=_read_code_keys(given),
            public_url=given.get("HUIJI_PUBLIC_URL", cls.public_url).rstrip("/"),
            proxies=int(given.get("HUIJI_PROXIES", "0")),
            support_phone=given.get("HUIJI_SUPPORT_PHONE", cls.support_phone),
            staff_need_second_step=_read_staff_totp(given, environment),
            services=ServiceSettings.from_environment(given),
            keeping=Periods.from_environment(given),
            certificates=CertificatePolicy.from_environment(given),
        )


def _read_staff_totp(given: Mapping[str, str], environment: str) -> bool:
    """HUIJI_STAFF_TOTP: `required` or `optional`; production requires it unless it says not to."""
    usual = "required" if environment == "production" else "optional"
    said = given.get("HUIJI_STAFF_TOTP", usual)
    if said not in {"required", "optional"}:
        raise IncompleteSettings("HUIJI_STAFF_TOTP is required or optional")
    return said == "required"


def _check_complete(given: Mapping[str, str]) -> None:
    needed = ["HUIJI_DATABASE_URL", "HUIJI_PUBLIC_URL"]
    needed += [f"HUIJI_SECRET_{name.upper()}" for name in SECRETS]
    missing = [name for name in needed if not given.get(name)]
    if missing:
        raise IncompleteSettings("production needs " + ", ".join(missing))
    if not given["HUIJI_PUBLIC_URL"].startswith("https://"):
        raise IncompleteSettings("HUIJI_PUBLIC_URL must begin with https:// in production")


def _own_secrets(var: Path) -> dict[str, str]:
    """Secrets of a development installation, made at its first start, readable by it alone."""
    path = var / "secrets.json"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        made = {name: b64encode(secrets.token_bytes(32)).decode() for name in SECRETS}
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(made, file)
    found: dict[str, str] = json.loads(path.read_text())
    return found


def _read_code_keys(given: Mapping[str, str]) -> tuple[bytes, ...]:
    """HUIJI_SECRET_CODES: keys that sign what is printed as QR codes, the current one first."""
    said = given.get("HUIJI_SECRET_CODES", "")
    return tuple(_read_key(key) for key in said.split(",")) if said.strip() else ()


def _read_key(text: str) -> bytes:
    key = b64decode(text.strip(), validate=True)
    if len(key) != 32:
        raise IncompleteSettings("a secret is 32 bytes in base64")
    return key
