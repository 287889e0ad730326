"""A process that administrators make themselves: begun, released, called, never overwritten."""

from uuid import UUID

import pytest

import workflows
from engine.actors import Actor
from engine.releases import check_unit
from engine.shipped import gather_own, list_processes
from tests.workflows.conftest import NOW, ROOT
from tests.workflows.studio.conftest import ADMIN, Desk
from tests.workflows.test_ruling import FIRST, PROPOSAL, SECOND, start
from workflows.release_checks import list_checks
from workflows.studio.beginning import (
    LONGEST_ID,
    OWN,
    IdNotAllowed,
    NamesMissing,
    ProcessThere,
    begin_process,
    make_id,
)
from workflows.studio.catalogue import describe_choices
from workflows.studio.drafts import discard_draft, find_draft, get_draft, read_documents
from workflows.studio.shipped import bring_shipped
from workflows.studio.titles import title_process

CHECK = f"{OWN}check_address"
RULING = "bpmn/ruling/ruling.bpmn"
FIRST_FLOW = '<bpmn:sequenceFlow id="started_to_propose_ruling"'
CALL = f"""<bpmn:callActivity id="check" name="核对地址"><bpmn:extensionElements>
<zeebe:calledElement processId="{CHECK}" propagateAllChildVariables="false"/>
</bpmn:extensionElements><bpmn:incoming>record_ruling_to_tell_member</bpmn:incoming>
<bpmn:outgoing>checked</bpmn:outgoing></bpmn:callActivity>
<bpmn:sequenceFlow id="checked" sourceRef="check" targetRef="tell_member"/>
"""


def begin(
    desk: Desk, name: str = "核对地址", english: str = "Check address", word: str = ""
) -> UUID:
    """Begin a process of one's own; answers its draft."""
    with desk.engine.database.transaction() as session:
        return begin_process(
            session, name=name, english=english, wanted_id=word, by=desk.by, now=NOW
        ).id


def documents_of(desk: Desk, draft_id: UUID) -> dict[str, bytes]:
    with desk.engine.database.read() as session:
        return read_documents(session, draft_id)


def test_a_new_process_has_no_problems_and_is_called_by_its_names(desk: Desk) -> None:
    documents = documents_of(desk, begin(desk))
    checks = list_checks(workflows.collect(), desk.engine.operations, clock=lambda: NOW)
    assert [str(each) for each in check_unit(CHECK, documents, checks)] == []
    assert title_process(CHECK, documents, "zh") == "核对地址"
    assert title_process(CHECK, documents, "en") == "Check address"


def test_its_first_release_can_be_called_and_its_step_done(desk: Desk) -> None:
    (first,) = desk.release(desk.plan(begin(desk)))
    assert (first.process_id, first.number) == (CHECK, 1)
    ruling = desk.open("ruling")
    desk.change(ruling, RULING, 'targetRef="tell_member"', 'targetRef="check"')
    desk.change(ruling, RULING, FIRST_FLOW, CALL + FIRST_FLOW)
    with desk.engine.database.read() as session:
        offered = describe_choices(
            session, desk.engine, process_id="ruling", documents={}, language="zh"
        )
    assert CHECK in {each["id"] for each in offered["processes"]}
    desk.release(desk.plan(ruling))

    walk = start(desk.engine).do("propose_ruling", "propose", PROPOSAL, by=FIRST)
    walk.do("agree_ruling", "agree", by=SECOND)
    assert walk.steps == {"handle"}
    walk.do("handle", "done", by=Actor("staff", ADMIN))
    assert walk.case.state == "ended"


def test_a_change_of_it_brings_its_callers_along(desk: Desk) -> None:
    desk.release(desk.plan(begin(desk)))
    ruling = desk.open("ruling")
    desk.change(ruling, RULING, 'targetRef="tell_member"', 'targetRef="check"')
    desk.change(ruling, RULING, FIRST_FLOW, CALL + FIRST_FLOW)
    desk.release(desk.plan(ruling))
    again = desk.open(CHECK)
    desk.change(again, f"bpmn/{CHECK}/{CHECK}.bpmn", 'name="办理"', 'name="核对"')
    made = desk.release(desk.plan(again))
    assert {each.process_id: each.number for each in made} == {CHECK: 2, "ruling": 3}


def test_two_cannot_begin_the_same(desk: Desk) -> None:
    begin(desk)
    with pytest.raises(ProcessThere):
        begin(desk, english="Something else", word="check_address")
    desk.release(desk.plan(desk_draft(desk)))
    with pytest.raises(ProcessThere):
        begin(desk)


def desk_draft(desk: Desk) -> UUID:
    """The draft of the process that these tests begin."""
    with desk.engine.database.read() as session:
        found = find_draft(session, CHECK)
        assert found is not None
        return found.id


def test_one_that_is_discarded_is_gone_and_can_be_begun_again(desk: Desk) -> None:
    draft_id = begin(desk)
    with desk.engine.database.transaction() as session:
        discard_draft(session, draft_id=draft_id, version=get_draft(session, draft_id).version)
    assert begin(desk) != draft_id


def test_what_upgrades_bring_leaves_it_alone(desk: Desk) -> None:
    desk.release(desk.plan(begin(desk)))
    shipped = {each: gather_own(each, ROOT) for each in list_processes(ROOT)}
    bring_shipped(desk.engine, shipped, reason="as shipped")
    assert desk.numbers(CHECK) == {CHECK: 1}
    # No upgrade can bring one of its id.
    assert not [each for each in shipped if each.startswith(OWN)]


@pytest.mark.parametrize(
    ("words", "process_id"),
    [
        ("Check address", "own_check_address"),
        ("  Check – an Address! ", "own_check_an_address"),
        ("own_check", "own_check"),
        ("2nd look", "own_2nd_look"),
        ("../../etc/passwd", "own_etc_passwd"),
        ('"><script>', "own_script"),
    ],
)
def test_an_id_is_made_of_letters_digits_and_underscores(words: str, process_id: str) -> None:
    assert make_id(words) == process_id


@pytest.mark.parametrize("words", ["", "核对地址", "!!", "x" * LONGEST_ID])
def test_an_id_that_cannot_be_made_is_refused(words: str) -> None:
    with pytest.raises(IdNotAllowed):
        make_id(words)


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\x00b", "a\u202eb"])
def test_names_that_cannot_be_read_are_refused(desk: Desk, name: str) -> None:
    with pytest.raises(NamesMissing):
        begin(desk, name=name)
    with pytest.raises(NamesMissing):
        begin(desk, english=name, word="check_address")


def test_names_are_texts_and_nothing_else(desk: Desk) -> None:
    hostile = "<b>&\"'{{1+1}}</b>"
    documents = documents_of(desk, begin(desk, name=hostile, english=hostile, word="check_address"))
    assert title_process(CHECK, documents, "zh") == hostile
    checks = list_checks(workflows.collect(), desk.engine.operations, clock=lambda: NOW)
    assert [str(each) for each in check_unit(CHECK, documents, checks)] == []
