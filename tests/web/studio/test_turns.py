"""What takes long takes turns: who waits too long is told, and nobody else is kept waiting."""

import threading
import time
from uuid import UUID

import pytest
from flask import Flask

from tests.web.studio import hostile
from tests.web.studio.conftest import Studio
from web import turns

DIAGRAM = "bpmn/ruling/ruling.bpmn"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_who_finds_others_before_him_is_asked_to_come_again(
    app: Flask, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = studio.open_draft("ruling")
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    taken = threading.BoundedSemaphore(1)
    taken.acquire()
    app.extensions["studio_turns"] = taken
    for what in ("check", "preview"):
        answer = studio.ask("POST", f"/studio/drafts/{draft}/{what}", json={})
        assert answer.status_code == 503
        assert "Other drafts are being checked" in answer.json["message"]
    assert "Other drafts" in studio.visitor.open(f"/studio/drafts/{draft}/release").text
    assert studio.visitor.open("/studio/").status == 200
    taken.release()
    assert studio.ask("POST", f"/studio/drafts/{draft}/check", json={}).status_code == 200
    assert studio.ask("POST", f"/studio/drafts/{draft}/preview", json={}).status_code == 422
    assert taken.acquire(blocking=False), "a turn that ends with an error ends, too"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_others_are_answered_while_many_windows_check_at_once(app: Flask, studio: Studio) -> None:
    draft: UUID = studio.open_draft("ruling")
    other = Studio(app)
    other.visitor.open("/studio/")
    bombs = [data.decode("utf-8", "replace") for data in hostile.huge().values()]
    is_over = threading.Event()

    def keep_checking(number: int) -> None:
        window = Studio(app)
        window.token = studio.token
        window.client = app.test_client()
        window.client._cookies = studio.client._cookies
        while not is_over.is_set():
            number += 1
            sent = {"path": DIAGRAM, "content": bombs[number % len(bombs)], "variables": True}
            answer = window.ask("POST", f"/studio/drafts/{draft}/check", json=sent)
            assert answer.status_code in {200, 422, 503}

    windows = [threading.Thread(target=keep_checking, args=(number,)) for number in range(6)]
    for each in windows:
        each.start()
    try:
        for _ in range(5):
            began = time.perf_counter()
            assert other.visitor.open("/studio/").status == 200
            assert time.perf_counter() - began < 2
    finally:
        is_over.set()
        for each in windows:
            each.join()
