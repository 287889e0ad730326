"""Keys of subjects: made once, whoever begins with one."""

from threading import Event, Thread

from engine.engine import Engine

SUBJECT = "member:1"


def test_two_who_begin_with_a_subject_at_once_share_its_key(engine: Engine) -> None:
    begins = Event()
    sealed: list[bytes] = []

    def seal_too() -> None:
        begins.set()
        with engine.database.transaction() as session:
            sealed.append(engine.vault.seal(session, SUBJECT, b"second"))

    other = Thread(target=seal_too)
    with engine.database.transaction() as session:
        sealed.append(engine.vault.seal(session, SUBJECT, b"first"))
        other.start()
        begins.wait()
    other.join()
    with engine.database.read() as session:
        opened = [engine.vault.open(session, SUBJECT, each) for each in sealed]
    assert opened == [b"first", b"second"]
