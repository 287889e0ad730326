"""A browser of its own for each simulated phone: the application once more under /phone/<n>.

What a phone opens is the same application, told that it stands at /phone/<n>, so that its own
links stay there. Cookies carry the phone's number in their names and its prefix in their paths:
the phone does not see the desktop's session, nor the desktop the phone's. Only these pages may
stand in a frame, of our own pages.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

Headers = list[tuple[str, str]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

PHONE = "huiji.phone"
"""Where a request says which simulated phone it comes from."""

PREFIX = re.compile(r"/phone/([1-9][0-9]{0,8})(?=/|$)")
USER_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49 Language/zh_CN"
)
HTML = "text/html; charset=utf-8"

LAST_PAGE = "last_page"
"""The cookie of a phone's own screens that says which page was open last."""

LEADING = frozenset({"location", "hx-redirect"})


class PhoneBrowsers:
    """Puts a phone's browser before an application; `public_url` is where that stands."""

    def __init__(self, app: Wsgi, public_url: str) -> None:
        self.app = app
        self.host = urlsplit(public_url).netloc

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a request; those beside /phone/<n> are left as they are."""
        found = PREFIX.match(environ.get("PATH_INFO", ""))
        if found is None:
            return self.app(environ, start_response)
        browser = Browser(found[0], int(found[1]), {self.host, environ.get("HTTP_HOST", "")})

        def start(status: str, headers: Headers, *rest: Any) -> Any:
            changed = browser.change_answer(headers)
            if status.startswith("200") and _is_page(environ, changed):
                changed.append(("Set-Cookie", browser.remember(environ)))
            return start_response(status, changed, *rest)

        return self.app(browser.change_request(environ), start)


class Browser:
    """One phone's browser; `hosts` are the names that this installation answers to."""

    def __init__(self, prefix: str, phone: int, hosts: set[str]) -> None:
        self.prefix = prefix
        self.phone = phone
        self.hosts = hosts
        self.mark = f"phone{phone}-"

    def change_request(self, environ: dict[str, Any]) -> dict[str, Any]:
        """The request as the application is to see it."""
        return {
            **environ,
            "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + self.prefix,
            "PATH_INFO": environ["PATH_INFO"][len(self.prefix) :] or "/",
            "HTTP_COOKIE": self._own_cookies(environ.get("HTTP_COOKIE", "")),
            "HTTP_USER_AGENT": USER_AGENT,
            "HTTP_SEC_CH_UA_MOBILE": "?1",
            PHONE: self.phone,
        }

    def change_answer(self, headers: Headers) -> Headers:
        """The headers of an answer as the tester's browser is to see them."""
        return [(name, self._change(name.lower(), value)) for name, value in headers]

    def remember(self, environ: dict[str, Any]) -> str:
        """The cookie that tells the phone's home screen which page was open last."""
        query = environ.get("QUERY_STRING", "")
        # WSGI gives a path's bytes as if they were Latin-1.
        path = quote(environ["PATH_INFO"].encode("latin-1")) + (f"?{query}" if query else "")
        where = f"Path=/simulator/phones/{self.phone}"
        return f"{LAST_PAGE}={quote(path, safe='')}; {where}; HttpOnly; SameSite=Lax"

    def _change(self, name: str, value: str) -> str:
        if name == "set-cookie":
            return self._mark_cookie(value)
        if name == "content-security-policy":
            return value.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
        return self.lead(value) if name in LEADING else value

    def lead(self, address: str) -> str:
        """An address of ours as this phone opens it; others are left as they are."""
        parts = urlsplit(address)
        if (parts.netloc and parts.netloc not in self.hosts) or not parts.path.startswith("/"):
            return address
        path = PREFIX.sub("", parts.path, count=1) or "/"
        return urlunsplit(("", "", self.prefix + path, parts.query, parts.fragment))

    def _own_cookies(self, sent: str) -> str:
        cookies = [each.strip() for each in sent.split(";")]
        own = [each.removeprefix(self.mark) for each in cookies if each.startswith(self.mark)]
        return "; ".join(own)

    def _mark_cookie(self, cookie: str) -> str:
        name, *attributes = [each.strip() for each in cookie.split(";")]
        attributes = [
            f"Path={self.prefix}{each[5:].rstrip('/')}"
            if each.lower().startswith("path=")
            else each
            for each in attributes
        ]
        return "; ".join([self.mark + name, *attributes])


def _is_page(environ: dict[str, Any], headers: Headers) -> bool:
    """Whether an answer is a whole page, not a part of one or a file."""
    kinds = [value for name, value in headers if name.lower() == "content-type"]
    return (
        environ["REQUEST_METHOD"] == "GET"
        and "HTTP_HX_REQUEST" not in environ
        and kinds[:1] == [HTML]
    )
