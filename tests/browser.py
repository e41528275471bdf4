"""A real browser without a window, told what to do over a pipe, and what it saw."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

__all__ = ["Browser", "Seen", "browser"]

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--remote-debugging-pipe",
)


@dataclass
class Seen:
    """What a page asked for and what it complained of."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        """The requests that left the file."""
        return [r for r in self.requests if not r.startswith(("file:", "data:"))]


class Browser:
    """The DevTools protocol over a pipe: a message is JSON and ends with a zero byte."""

    def __init__(self, to: int, out: int) -> None:
        self._to, self._out = to, out
        self._rest = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            piece = os.read(self._out, 1 << 20)
            if not piece:
                message = "the browser went away"
                raise ConnectionError(message)
            self._rest += piece
        text, self._rest = self._rest.split(b"\0", 1)
        told: dict[str, Any] = json.loads(text)
        return told

    def tell(self, method: str, session: str | None = None, **params: object) -> dict[str, Any]:
        """Send a command, keep the events that arrive meanwhile, and return its result."""
        self._number += 1
        command: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if session:
            command["sessionId"] = session
        os.write(self._to, json.dumps(command).encode() + b"\0")
        while True:
            told = self._message()
            if told.get("id") == self._number:
                if "error" in told:
                    raise RuntimeError(told["error"])
                result: dict[str, Any] = told["result"]
                return result
            self.events.append(told)

    def _wait_for(self, method: str) -> None:
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._message())

    def open(self: Self, page: Path, *, width: int = 1200, dark: bool = False) -> tuple[str, Seen]:
        """Open ``page`` in a new tab; return its session, and what was seen until it had loaded."""
        self.events.clear()
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        session = self.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.tell(f"{domain}.enable", session)
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            session,
            width=width,
            height=1600,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.tell("Emulation.setEmulatedMedia", session, features=scheme)
        self.tell("Page.navigate", session, url=page.resolve().as_uri())
        self._wait_for("Page.loadEventFired")
        self.value(session, "new Promise(done => setTimeout(done, 100))")  # late complaints
        return session, self._seen()

    def value(self, session: str, expression: str) -> Any:  # noqa: ANN401  whatever the page says
        """Return the value of an expression in the page, promises awaited."""
        answer = self.tell(
            "Runtime.evaluate",
            session,
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
        )
        return answer["result"].get("value")

    def _seen(self) -> Seen:
        seen = Seen()
        for event in self.events:
            params = event.get("params", {})
            match event.get("method"):
                case "Network.requestWillBeSent":
                    seen.requests.append(params["request"]["url"])
                case "Log.entryAdded":
                    seen.complaints.append(params["entry"]["text"])
                case "Runtime.exceptionThrown" | "Runtime.consoleAPICalled":
                    seen.complaints.append(json.dumps(params)[:500])
                case _:
                    pass
        return seen


@contextmanager
def browser(command: str, home: Path) -> Iterator[Browser]:
    """Start the browser ``command`` with a fresh profile in ``home``; end it afterwards."""
    there, to = os.pipe()
    out, back = os.pipe()
    shell = 'exec "$0" "$@" 3<&' + str(there) + " 4>&" + str(back)
    with subprocess.Popen(
        ["bash", "-c", shell, command, *_FLAGS, f"--user-data-dir={home}", "about:blank"],
        pass_fds=(there, back),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(there)
        os.close(back)
        talk = Browser(to, out)
        try:
            yield talk
            talk.tell("Browser.close")
        finally:
            os.close(to)
            _end(process)
            os.close(out)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Give the browser ten seconds to go by itself."""
    for _ in range(100):
        if process.poll() is not None:
            return
        time.sleep(0.1)
    process.kill()
