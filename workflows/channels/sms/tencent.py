"""Text messages through Tencent Cloud SMS 腾讯云短信, API SendSms of 2021-01-11.

https://cloud.tencent.com/document/product/382/55981. The service knows no key of ours by which it
would send once only: when an answer is lost, the message may arrive twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import orjson

from engine.engine import wall_clock
from workflows.channels.sms.tc3 import CONTENT_TYPE, Credentials, sign
from workflows.channels.sms.templates import Templates, fill_blanks, read_templates
from workflows.shared.channels import ChannelAway, ChannelRefused, SmsTemplate
from workflows.shared.mobiles import is_mainland
from workflows.shared.service_settings import ServiceSettings

SERVICE = "sms"
VERSION = "2021-01-11"
ACTION = "SendSms"
ADDRESS = "https://sms.tencentcloudapi.com"
REGION = "ap-guangzhou"
TIMEOUT = httpx.Timeout(10, connect=5)

AWAY = frozenset(
    {
        "InternalError",
        "LimitExceeded",
        "RequestLimitExceeded",
        "ResourceUnavailable",
        "AuthFailure",  # from here on: how the application or this installation is set up
        "UnauthorizedOperation",
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "FailedOperation.MissingSignature",
        "FailedOperation.SignatureIncorrectOrUnapproved",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateUnapprovedOrNotExist",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
    }
)
"""Codes, or what stands before their full stop: no fault of the message, it can be sent later."""

NEVER = frozenset(
    {
        "LimitExceeded.AppCountryOrRegionInBlacklist",
        "LimitExceeded.PhoneNumberCountLimit",
    }
)
"""Those among them that no waiting lifts."""


@dataclass(frozen=True)
class TencentSms:
    """The client of one application (SmsSdkAppId) with its signature (签名) and templates."""

    http: httpx.Client = field(repr=False)
    credentials: Credentials
    app_id: str
    signature: str
    templates: Templates
    region: str = REGION
    clock: Callable[[], datetime] = wall_clock

    def send(
        self, *, mobile: str, template: SmsTemplate, values: Mapping[str, str], key: str
    ) -> str:
        """Send a text message; its serial number. Raises ChannelAway or ChannelRefused."""
        asked: dict[str, object] = {
            "PhoneNumberSet": [mobile],
            "SmsSdkAppId": self.app_id,
            "TemplateId": self.templates.choose(template, mobile),
            "TemplateParamSet": fill_blanks(template, values),
            # It comes back in the provider's records, where an operator can look for it.
            "SessionContext": key,
        }
        if is_mainland(mobile):
            asked["SignName"] = self.signature
        return _read_serial(self._ask(asked))

    def _ask(self, asked: Mapping[str, object]) -> httpx.Response:
        content = orjson.dumps(asked)
        now = self.clock()
        headers = {
            "Content-Type": CONTENT_TYPE,
            "X-TC-Action": ACTION,
            "X-TC-Version": VERSION,
            "X-TC-Region": self.region,
            "X-TC-Timestamp": str(int(now.timestamp())),
            "Authorization": sign(
                self.credentials,
                service=SERVICE,
                host=self.http.base_url.netloc.decode(),
                content=content,
                now=now,
            ),
        }
        try:
            return self.http.post("/", content=content, headers=headers)
        except httpx.HTTPError as error:
            raise ChannelAway from error


def make_sender(settings: ServiceSettings) -> TencentSms:
    """The sender of an installation; raises IncompleteSettings."""
    return TencentSms(
        http=httpx.Client(
            base_url=settings.find("HUIJI_SMS_TENCENT_ADDRESS", ADDRESS), timeout=TIMEOUT
        ),
        credentials=Credentials(
            settings.get("HUIJI_SMS_TENCENT_SECRET_ID"),
            settings.get("HUIJI_SMS_TENCENT_SECRET_KEY"),
        ),
        app_id=settings.get("HUIJI_SMS_TENCENT_APP_ID"),
        signature=settings.get("HUIJI_SMS_SIGNATURE"),
        templates=read_templates(settings),
        region=settings.find("HUIJI_SMS_TENCENT_REGION", REGION),
    )


def _read_serial(response: httpx.Response) -> str:
    if response.status_code >= 500 or response.status_code == 429:
        raise ChannelAway(str(response.status_code))
    try:
        said: Mapping[str, Any] = orjson.loads(response.content)["Response"]
        if "Error" in said:
            raise _error_of(str(said["Error"]["Code"]))
        status = said["SendStatusSet"][0]
        if status["Code"] != "Ok":
            raise _error_of(str(status["Code"]))
        return str(status["SerialNo"])
    except (orjson.JSONDecodeError, LookupError, TypeError) as error:
        # Not the service itself: something on the way that answers in its place.
        raise ChannelAway from error


def _error_of(code: str) -> ChannelAway | ChannelRefused:
    is_away = code in AWAY or code.partition(".")[0] in AWAY
    if is_away and code not in NEVER:
        return ChannelAway(code)
    return ChannelRefused(code)
