"""What a release may not say is refused by name, each with its document and element."""

from pathlib import Path

import pytest

from engine.errors import InvalidRelease
from engine.spiff import read_model
from engine.spiff.supported import NAMES
from tests.engine.spiff.drawing import (
    HEAD,
    boundary,
    call,
    catch,
    choice,
    diagram,
    end,
    end_error,
    ext,
    flow,
    flows,
    mapping,
    node,
    parallel,
    race,
    rule,
    script,
    service,
    start,
    user,
)
from tests.engine.spiff.running import model_of
from tests.engine.spiff.test_safety import DECISION


def called(tag: str) -> str:
    """How an element that is not supported is named."""
    return f"{NAMES[tag]} ({tag})" if tag in NAMES else f"the element {tag}"


def problems_of(*documents, process="main", decisions=None):
    with pytest.raises(InvalidRelease) as refused:
        model_of(*documents, process=process, decisions=decisions)
    return {(each.element, str(each)) for each in refused.value.problems}


def base(*parts, chain="start fill end", **options):
    return diagram(start(), user("fill", "完善信息"), end(), flows(chain), *parts, **options)


def test_the_plain_process_that_the_others_are_made_from_is_fine():
    assert model_of(base()).process_id == "main"


# XML from outside


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (b"", "not well-formed XML"),
        (b"<", "not well-formed XML"),
        (b"no xml at all", "not well-formed XML"),
        (base()[:-20], "not well-formed XML"),
        (b"\x00\x01\x02", "not well-formed XML"),
        (b"<html/>", "not a BPMN diagram"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "DOCTYPE"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "DOCTYPE"),
        ('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"), "not written in UTF-8"),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4APA-a/+AD4-', "well-formed"),
        ("<a/>".encode("utf-16"), "not written in UTF-8"),
        (b"<a>&undefined;</a>", "not well-formed XML"),
        (b"<a>" * 5000 + b"</a>" * 5000, "not well-formed XML"),
        (b"<a>" * 100 + b"</a>" * 100, "nested too deeply"),
        (b"<a>" + b" " * (4 * 1024 * 1024) + b"</a>", "larger than 4 MB"),
    ],
    ids=[
        "empty", "bracket", "text", "cut off", "bytes", "other", "entity", "external", "UTF-7",
        "hidden",
        "encoding", "undefined", "very deep", "deep", "large",
    ],
)  # fmt: skip
def test_hostile_or_broken_xml_is_refused_with_a_sentence(source, sentence):
    with pytest.raises(InvalidRelease) as refused:
        read_model("main", {"a.bpmn": source}, {})

    first = refused.value.problems[0]
    assert first.document == "a.bpmn"
    assert sentence in str(first)


def test_entities_are_not_expanded_even_with_a_hidden_document_type():
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    source = f'<!DOCTYPE a [<!ENTITY l0 "lol">{lol}]><a>&l9;</a>'.encode("utf-16")

    with pytest.raises(InvalidRelease) as refused:
        read_model("main", {"a.bpmn": source}, {})

    assert "not written in UTF-8" in str(refused.value)


def test_nothing_is_included_or_fetched():
    extra = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'

    assert (
        "definitions",
        "“Diagram”: the element xi:include is not supported here.",
    ) in problems_of(base(extra=extra))


# Elements

ELEMENTS = """
    inclusiveGateway complexGateway manualTask task sendTask receiveTask subProcess transaction
    adHocSubProcess intermediateThrowEvent dataObject dataObjectReference dataStoreReference
    callChoreography implicitThrowEvent
"""
LOOPS = "multiInstanceLoopCharacteristics standardLoopCharacteristics ioSpecification property"
EVENTS = "signalEventDefinition escalationEventDefinition conditionalEventDefinition"


@pytest.mark.parametrize("tag", ELEMENTS.split())
def test_an_element_that_is_not_supported_is_refused_even_where_nothing_leads(tag):
    drawn = base(node(tag, "island", name="孤岛"))

    assert ("island", f"“孤岛”: {called(tag)} is not supported here.") in problems_of(drawn)


@pytest.mark.parametrize("tag", LOOPS.split())
def test_a_marker_that_is_not_supported_is_refused_at_its_task(tag):
    drawn = base(node("userTask", "more", f"<bpmn:{tag}/>", name="复核"))

    assert ("more", f"“复核”: {called(tag)} is not supported here.") in problems_of(drawn)


@pytest.mark.parametrize("tag", [*EVENTS.split(), "linkEventDefinition", "cancelEventDefinition"])
@pytest.mark.parametrize("event", ["intermediateCatchEvent", "boundaryEvent", "startEvent"])
def test_an_event_that_is_not_supported_is_refused(tag, event):
    drawn = base(node(event, "event", f"<bpmn:{tag}/>", name="事件"))

    assert ("event", f"“事件”: {called(tag)} is not supported here.") in problems_of(drawn)


@pytest.mark.parametrize("tag", ["messageEventDefinition", "compensateEventDefinition"])
def test_an_end_that_is_not_supported_is_refused(tag):
    drawn = base(node("endEvent", "over", f"<bpmn:{tag}/>"))

    assert ("over", f"“over”: {called(tag)} is not supported here.") in problems_of(drawn)


@pytest.mark.parametrize("tag", ["signal", "escalation", "import", "itemDefinition", "dataStore"])
def test_a_declaration_that_is_not_supported_is_refused(tag):
    extra = f'<bpmn:{tag} id="declared" name="声明"/>'

    assert ("declared", f"“声明”: {called(tag)} is not supported here.") in problems_of(
        base(extra=extra)
    )


def test_a_python_script_is_refused():
    drawn = base(
        node("scriptTask", "evil", "<bpmn:script>import os</bpmn:script>", scriptFormat="python")
    )

    found = problems_of(drawn)

    assert ("evil", "“evil” has a script: only FEEL is run, and nothing else.") in found
    assert ("evil", "“evil”: the attribute scriptFormat of scriptTask is not supported.") in found
    assert ("evil", "“evil” has no FEEL script.") in found


# Extensions and attributes


@pytest.mark.parametrize(
    ("part", "written"),
    [
        (
            '<camunda:formData xmlns:camunda="http://camunda.org/schema/1.0/bpmn"/>',
            "camunda:formData",
        ),
        ('<s:preScript xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core"/>', "s:preScript"),
        ("<zeebe:executionListeners/>", "zeebe:executionListeners"),
        ("<zeebe:taskListeners/>", "zeebe:taskListeners"),
        ("<zeebe:taskHeaders/>", "zeebe:taskHeaders"),
        ("<zeebe:loopCharacteristics/>", "zeebe:loopCharacteristics"),
        ("<zeebe:priorityDefinition/>", "zeebe:priorityDefinition"),
        ('<zeebe:taskDefinition type="x"/>', "zeebe:taskDefinition"),
    ],
)
def test_an_extension_that_is_not_supported_is_refused(part, written):
    drawn = base(node("userTask", "more", ext(part), name="复核"))

    assert ("more", f"“复核”: the extension {written} is not supported here.") in problems_of(drawn)


@pytest.mark.parametrize(
    ("attribute", "value", "sentence"),
    [
        ("camunda:assignee", "x", "the attribute camunda:assignee of userTask is not supported"),
        ("implementation", "##WebService", "the attribute implementation of userTask is not"),
        ("isForCompensation", "true", "isForCompensation=“true” of userTask is not supported"),
        ("startQuantity", "2", "startQuantity=“2” of userTask is not supported"),
        ("default", "x", "the attribute default of userTask is not supported"),
    ],
)
def test_an_attribute_that_is_not_supported_is_refused(attribute, value, sentence):
    drawn = base(node("userTask", "more", name="复核", **{attribute: value}))

    assert any(
        element == "more" and text.startswith("“复核”: ") and sentence in text
        for element, text in problems_of(drawn)
    )


def test_what_only_decorates_is_fine():
    extra = node("category", "cat", '<bpmn:categoryValue id="value" value="组"/>')
    task = node(
        "userTask", "more",
        "<bpmn:documentation>说明</bpmn:documentation>"
        + ext(
            '<zeebe:formDefinition formId="more" bindingType="deployment"/>',
            '<zeebe:assignmentDefinition candidateGroups="member"/>', "<zeebe:userTask/>",
            '<zeebe:properties><zeebe:property name="badge" value="3"/></zeebe:properties>',
        ),
        **{"zeebe:modelerTemplate": "t", "isForCompensation": "false"},
    )  # fmt: skip
    note = node("textAnnotation", "note", "<bpmn:text>注</bpmn:text>", name="")
    tie = node("association", "tie", name="", sourceRef="more", targetRef="note")
    model = model_of(
        diagram(
            start(), task, end(), flows("start more end"), note, tie,
            node("group", "box", name="", categoryValueRef="value"), extra=extra,
        )
    )  # fmt: skip

    step = model.step("main", "more")
    assert (step.documentation, step.properties["badge"]) == ("说明", "3")


def test_what_a_tool_writes_around_a_process_is_fine():
    pool = '<bpmn:participant id="pool" name="年检" processRef="main"/>'
    drawn = (
        diagram(
            start(),
            user("fill"),
            end(),
            flows("start fill end"),
            extra=f'<bpmn:collaboration id="pools">{pool}</bpmn:collaboration>',
        )
        .replace(
            b"<bpmn:definitions ",
            b'<bpmn:definitions xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" '
            b'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
            b'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" exporter="bpmn-js" '
            b'modeler:executionPlatform="Camunda Cloud" ',
        )
        .replace(
            b"</bpmn:process>",
            b"</bpmn:process><bpmndi:BPMNDiagram id='diagram'><bpmndi:BPMNPlane id='plane' "
            b"bpmnElement='pools'><bpmndi:BPMNShape id='fill_di' bpmnElement='fill' "
            b"bioc:stroke='#fff' unknown='1'><dc:Bounds x='1' y='2' width='3' height='4'/>"
            b"</bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>",
        )
    )

    assert model_of(drawn).processes["main"].name == "流程"


def test_a_decision_table_that_cannot_be_used_is_refused_at_its_element():
    table = DECISION.replace(b"amount * 2", b"amount *")

    assert any(
        element == "l" and "cannot be used" in text
        for element, text in problems_of(base(rule("ask", "fee", "x")), decisions={"d": table})
    )


def test_a_cell_that_cannot_be_read_is_named_as_people_see_it():
    table = (Path(__file__).parents[3] / "bpmn/inspection/hours.dmn").read_bytes()
    cell = table.index(b'<outputEntry id="exempt_year_asked">')
    broken = table[:cell] + table[cell:].replace(
        b"<text>0</text>", "<text>5小时</text>".encode(), 1
    )

    found = problems_of(base(rule("ask", "inspection_hours", "x")), decisions={"d": broken})

    (said,) = [text for element, text in found if element == "exempt_year_asked"]
    assert said.startswith("“一个年度的学时”, rule 1, “该年度应完成学时”: ")
    assert not any("there is no decision" in text for element, text in found)


def test_two_decisions_with_one_id_are_refused():
    found = problems_of(base(), decisions={"a.dmn": DECISION, "b.dmn": DECISION})

    assert ("fee", "Two decisions have the id “fee”.") in found


def test_what_a_call_would_pass_on_unmapped_is_refused():
    drawn = base(
        node(
            "callActivity", "review",
            ext('<zeebe:calledElement processId="child" propagateAllChildVariables="true"/>'),
        )
    )  # fmt: skip

    assert (
        "review",
        "“review”: propagateAllChildVariables=“true” of zeebe:calledElement is not supported.",
    ) in problems_of(drawn)


# Expressions


@pytest.mark.parametrize(
    ("part", "element"),
    [
        (script("bad", "1 +", "x"), "bad"),
        (service("bad", "op", {"x": "=1 +"}), "bad"),
        (service("bad", "op", None, {"x": "=1 +"}), "bad"),
        (catch("bad", after="=1 +"), "bad"),
        (flow("start", "bad", "1 +"), "start__bad"),
    ],
)
def test_a_syntax_error_is_said_with_its_place(part, element):
    assert any(
        place == element and "=1 +” is not FEEL (line 1, column " in text
        for place, text in problems_of(base(part))
    )


def test_a_function_that_does_not_exist_is_named():
    part = service("s", "send", {"x": "=teh_sum(1)", "y": "=add working days(a, 5)"})

    assert {text for _place, text in problems_of(base(part)) if "function" in text} == {
        "“s”: there is no function “teh_sum”."
    }


@pytest.mark.parametrize("condition", ["x > 1", "${x > 1}", "__import__('os')", ""])
def test_a_condition_that_is_no_feel_is_refused(condition):
    drawn = base(flow("start", "end", "1").replace(">=1<", f">{condition.replace('>', '&gt;')}<"))

    assert (
        "start__end",
        "The condition of “start → end” is not FEEL: it begins with “=”.",
    ) in problems_of(drawn)


def test_a_condition_in_another_language_is_refused():
    drawn = base(flow("start", "end", "1").replace("xsi:type=", 'language="python" xsi:type='))

    assert (
        "start__end",
        "“start → end”: the attribute language of conditionExpression is not supported.",
    ) in problems_of(drawn)


@pytest.mark.parametrize("result", ["a.b", "1a", "=x"])
def test_a_result_that_is_no_variable_is_refused(result):
    sentence = f"“bad”: “{result}” cannot be the name of a variable."

    assert ("bad", sentence) in problems_of(base(script("bad", "1", result)))
    assert ("bad", sentence) in problems_of(base(rule("bad", "d", result)))


@pytest.mark.parametrize("target", ["a.b", "", "a b", "1a"])
def test_a_mapping_to_what_is_no_variable_is_refused(target):
    drawn = base(node("userTask", "more", ext(mapping(None, {target: "=1"}))))

    assert (
        "more",
        f"“more”: “{target}” cannot be the name of a variable.",
    ) in problems_of(drawn)


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (
            call("bad", "=which"),
            "“bad”: the process that is called must be a name, not an expression.",
        ),
        (service("bad", "=which"), "“bad”: the operation must be a name, not an expression."),
        (rule("bad", "=which", "x"), "“bad”: the decision must be a name, not an expression."),
        (user("bad", group="=groups"), "“bad”: the duty must be a name, not an expression."),
        (call("bad", ""), "“bad”: the process that is called is missing."),
    ],
)
def test_what_a_step_names_stands_in_the_diagram(part, sentence):
    assert ("bad", sentence) in problems_of(base(part))


# Structure


@pytest.mark.parametrize(
    ("drawn", "element", "sentence"),
    [
        (base(user("island", "孤岛"), flow("island", "end")), "island", "Nothing leads to “孤岛”."),
        (base(user("stub", "断头"), flow("start", "stub")), "stub", "Nothing follows “断头”."),
        (base(end("e2"), flow("fill", "e2")), "fill", "2 flows lead out of “完善信息”"),
        (base(flow("end", "fill")), "end", "A flow leads out of the end “end”."),
        (base(flow("fill", "start")), "start", "A flow leads into “start”."),
        (base(flow("fill", "nowhere")), "fill__nowhere", "tied to “nowhere”"),
        (base(start("again"), flow("again", "end")), "again", "more than one start event"),
        (diagram(user("fill"), end(), flows("fill end")), "main", "“流程” has no start event."),
        (base(node("userTask", "more", name="复核")), "more", "“复核” has no form."),
        (base(user("more", "复核", group="")), "more", "“复核” stands in no lane"),
        (base(node("serviceTask", "more")), "more", "“more” has no operation."),
        (base(node("callActivity", "more")), "more", "“more” says no process to call."),
        (base(node("businessRuleTask", "more")), "more", "“more” has no decision."),
        (base(node("intermediateCatchEvent", "more")), "more", "“more” has nothing to wait for."),
        (base(node("boundaryEvent", "on", attachedToRef="fill")), "on", "nothing to wait for"),
        (base(boundary("on", "end", "m")), "on", "must stand on a user task, a service task or"),
        (base(boundary("on", "nothing", "m")), "on", "must stand on a user task, a service task"),
        (
            base(boundary("on", "fill", code="X", interrupting=False)),
            "on",
            "“on” catches an error, so it interrupts its task.",
        ),
        (
            base(boundary("a", "fill", code="X"), boundary("b", "fill", code="X")),
            "b",
            "“b” and “a” catch the same error.",
        ),
        (base(boundary("on", "fill", every="R3/P1D")), "on", "Only a boundary event that does not"),
        (base(catch("on", every="R3/P1D")), "on", "Only a boundary event that does not interrupt"),
        (base(flow("start", "fill", "x")), "start__fill", "The id “start__fill” stands twice."),
        (
            base(chain="start fill").replace(b"</bpmn:process>", flow("fill", "end", "x").encode()
                 + b"</bpmn:process>"),
            "fill__end",
            "has a condition but no exclusive gateway before it",
        ),
        (base(user("fill")), "fill", "The id “fill” stands twice."),
        (base().replace(b' isExecutable="true"', b""), "main", "is not marked as executable"),
        (base().replace(b'"true"', b'"false"', 1), "main", "is not marked as executable"),
        (base(call("ask", "absent")), "ask", "“ask” calls “absent”, which is not there."),
        (base(rule("ask", "absent", "x")), "ask", "there is no decision “absent”"),
        (base(catch("ask")), "ask", "“ask” has nothing to wait for"),
    ],
)  # fmt: skip
def test_a_process_that_makes_no_sense_is_refused(drawn, element, sentence):
    assert any(place == element and sentence in text for place, text in problems_of(drawn)), (
        problems_of(drawn)
    )


CHOICE = [start(), choice("which"), user("a"), user("b"), end(), flows("a end", "b end")]


def test_a_gateway_needs_a_default_way():
    drawn = diagram(*CHOICE, flow("start", "which"), flow("which", "a", "x"), flow("which", "b"))

    found = problems_of(drawn)

    assert ("which", "The gateway “which” has no default way.") in found
    assert ("which__b", "“which → b”, a way out of “which”, has no condition.") in found


def test_what_has_no_name_is_called_by_its_kind_and_where_it_leads():
    drawn = diagram(
        start(),
        node("exclusiveGateway", "gateway_1", name=""),
        user("a", "填写"),
        service("tell", "test.tell").replace(' name="tell"', ""),
        end(),
        flows("a end", "tell end"),
        flow("start", "gateway_1"),
        flow("gateway_1", "a", "x"),
        flow("gateway_1", "tell"),
    )

    found = problems_of(drawn)

    way = "Choice of a way without a name"
    assert ("gateway_1", f"The gateway “{way}” has no default way.") in found
    assert (
        "gateway_1__tell",
        f"“{way} → Automatic step without a name”, a way out of “{way}”, has no condition.",
    ) in found


def test_a_step_of_a_person_has_a_name_because_people_read_it():
    drawn = diagram(start(), user("fill", ""), end(), flows("start fill end"))
    assert ("fill", "Give the step a name: who does it reads it.") in problems_of(drawn)


def test_a_step_of_a_person_that_is_nobodys_is_told():
    drawn = diagram(start(), user("fill", "填写", group=""), end(), flows("start fill end"))
    assert ("fill", "“填写” stands in no lane and has no group.") in problems_of(drawn)


def test_an_element_without_an_id_is_told():
    drawn = base().replace(b'<bpmn:userTask id="fill"', b"<bpmn:userTask")
    assert "An element userTask has no id." in {text for _, text in problems_of(drawn)}


def test_an_event_waits_for_one_thing():
    once = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration>"
    drawn = diagram(
        start(),
        node("intermediateCatchEvent", "w", (once + "</bpmn:timerEventDefinition>") * 2),
        end(),
        flows("start w end"),
    )
    assert ("w", "“w” has more than one event definition.") in problems_of(drawn)


def test_an_error_has_a_code():
    drawn = base(extra='<bpmn:error id="e_empty" name="空"/>')
    assert ("e_empty", "The error “空” has no error code.") in problems_of(drawn)


def test_a_default_way_has_no_condition_and_begins_at_its_gateway():
    parts = [part for part in CHOICE if 'id="which"' not in part]
    ways = [flow("start", "which"), flow("which", "a", "x"), flow("which", "b")]

    found = problems_of(diagram(*parts, choice("which", "which__a"), *ways))
    assert (
        "which__a",
        "“which → a”, the default way of “which”, has a condition.",
    ) in found
    found = problems_of(diagram(*parts, choice("which", "a__end"), *ways))
    assert ("which", "The default way of “which” does not begin there.") in found


def test_a_race_waits_for_events_of_its_own_and_for_one_timer():
    drawn = diagram(
        start(), race("first"), catch("t1", after="PT1H"), catch("t2", after="PT2H"), user("a"),
        catch("m1", "paid"), catch("m2", "paid"), end(),
        flows("start first t1 end", "first t2 end", "first a end", "first m1 end", "first m2 end"),
    )  # fmt: skip

    found = problems_of(drawn)

    assert ("first", "The gateway “first” waits for more than one timer.") in found
    assert ("a", "“a” after the gateway “first” is no event of its own.") in found
    assert ("first", "The gateway “first” waits for the message “paid” twice.") in found


def test_a_join_that_waits_for_itself_is_refused():
    drawn = diagram(
        start(), parallel("both"), user("a"), choice("more", "more__end"), end(),
        flows("start both a more end"), flow("more", "both", "x"),
    )  # fmt: skip

    assert ("both", "“both” waits for a token that can only come from itself.") in problems_of(
        drawn
    )


def test_a_loop_without_anybody_in_it_is_refused_and_without_a_person_a_warning():
    def drawn(part):
        return diagram(
            start(), choice("again"), part, choice("more", "more__end"), end(),
            flows("start again step more end"), flow("more", "again", "x"),
        )  # fmt: skip

    assert (
        "step",
        "“step” goes round without anybody or anything to wait for.",
    ) in problems_of(drawn(script("step", "1", "x")))
    warned = model_of(drawn(service("step", "op"))).problems
    assert "“step” goes round without a person in it." in {str(each) for each in warned}
    assert model_of(drawn(user("step"))).problems == ()


def test_a_process_without_a_way_to_its_end_is_refused():
    drawn = diagram(start(), user("a"), user("b"), user("c"), end(), flows("start a b a", "c end"))

    assert ("a", "No end can be reached from “a”.") in problems_of(drawn)


def test_a_process_has_an_end_to_its_steps():
    names = [f"s{n}" for n in range(1001)]
    drawn = diagram(
        start(), *(script(name, "1", "x") for name in names), end(),
        flows("start " + " ".join(names) + " end"),
    )  # fmt: skip

    assert ("main", "“流程” has more than 1000 steps.") in problems_of(drawn)


# Lanes


def lane(*nodes, identifier="member", name="会员"):
    inner = "".join(f"<bpmn:flowNodeRef>{each}</bpmn:flowNodeRef>" for each in nodes)
    return f'<bpmn:lane id="{identifier}" name="{name}">{inner}</bpmn:lane>'


def lanes(*inner):
    return f'<bpmn:laneSet id="lanes">{"".join(inner)}</bpmn:laneSet>'


def test_a_lane_holds_what_is_there_and_each_step_once():
    drawn = diagram(
        lanes(lane("fill", "ghost"), lane("fill", identifier="association", name="协会")),
        start(), user("fill", group=""), end(), flows("start fill end"),
    )  # fmt: skip

    found = problems_of(drawn)

    assert ("ghost", "A lane of “流程” holds “ghost”, which does not exist.") in found
    assert ("fill", "“fill” stands in two lanes, “会员” and “协会”.") in found


def test_lanes_within_lanes_are_refused():
    within = f'<bpmn:childLaneSet id="x">{lane("fill")}</bpmn:childLaneSet>'
    inner = f'<bpmn:lane id="outer">{within}</bpmn:lane>'
    drawn = diagram(lanes(inner), start(), user("fill"), end(), flows("start fill end"))

    assert (
        "outer",
        "“Lane without a name”: a lane within a lane (childLaneSet) is not supported here.",
    ) in problems_of(drawn)


def test_message_flows_between_pools_are_refused():
    pools = (
        '<bpmn:collaboration id="c"><bpmn:participant id="p" name="池" processRef="main"/>'
        '<bpmn:messageFlow id="mf" name="信" sourceRef="p" targetRef="p"/></bpmn:collaboration>'
    )

    assert any(
        "(messageFlow) is not supported here" in text for _, text in problems_of(base(extra=pools))
    )


# Processes together


def child(*parts, chain="start ask end", process="child"):
    return diagram(start(), user("ask"), end(), flows(chain), *parts, process=process)


def test_a_cycle_of_calls_is_refused():
    one = diagram(start(), call("x", "two", {}, {}), end(), flows("start x end"))
    two = diagram(start(), call("y", "main"), end(), flows("start y end"), process="two")

    found = problems_of(one, two)

    assert ("x", "“x” calls “流程”, which calls it again.") in found
    assert ("y", "“y” calls “流程”, which calls it again.") in found


def test_a_process_that_calls_itself_is_refused():
    drawn = diagram(start(), call("x", "main"), end(), flows("start x end"))

    assert ("x", "“x” calls “流程”, which calls it again.") in problems_of(drawn)


def test_a_release_has_an_end_to_its_processes():
    many = [child(process=f"p{n}") for n in range(51)]

    assert (None, "The release has more than 50 processes.") in problems_of(*many, process="p0")


def test_an_error_of_a_called_process_must_be_caught():
    drawn = diagram(start(), call("x", "child"), end(), flows("start x end"))
    failing = diagram(start(), end_error("e", "X"), flows("start e"), process="child")

    assert (
        "x",
        "“x” can end with the error “X”, which no event catches.",
    ) in problems_of(drawn, failing)
    caught = diagram(
        start(), call("x", "child"), boundary("any", "x"), end(), end("e2"),
        flows("start x end", "any e2"),
    )  # fmt: skip
    assert model_of(caught, failing)


def test_a_process_that_a_message_starts_cannot_be_called():
    drawn = diagram(start(), call("x", "child"), end(), flows("start x end"))
    told = diagram(start(message="m"), end(), flows("start end"), process="child")

    assert ("x", "“x” calls “流程”, which only a message can start.") in problems_of(drawn, told)


def test_the_process_must_be_there_and_only_once():
    assert (None, "No diagram holds the process “absent”.") in problems_of(base(), process="absent")
    assert ("main", "Two processes have the id “main”.") in problems_of(base(), base())


def test_all_problems_are_said_at_once_each_with_its_document():
    with pytest.raises(InvalidRelease) as refused:
        read_model(
            "main",
            {
                "a.bpmn": base(node("userTask", "one"), node("manualTask", "two")),
                "b.bpmn": child(node("serviceTask", "three")),
                "c.bpmn": b"<",
            },
            {"d.dmn": b"<"},
        )

    places = {(each.document, each.element) for each in refused.value.problems}
    assert {("a.bpmn", "one"), ("a.bpmn", "two"), ("b.bpmn", "three")} <= places
    assert {document for document, _ in places} == {"a.bpmn", "b.bpmn", "c.bpmn", "d.dmn"}


def test_what_the_rules_do_not_see_the_schema_does():
    drawn = base().replace(b'<bpmn:startEvent id="start"', b'<bpmn:startEvent id="1 x"')

    assert any("not valid BPMN" in text for _, text in problems_of(drawn))


def test_two_processes_may_stand_in_one_document():
    both = (
        f"{HEAD}"
        + "".join(
            f'<bpmn:process id="{name}" isExecutable="true">'
            + start(f"{name}_s") + part + end(f"{name}_e") + flows(f"{name}_s {name}_x {name}_e")
            + "</bpmn:process>"
            for name, part in (("main", call("main_x", "sub")), ("sub", user("sub_x")))
        )
        + "</bpmn:definitions>"
    ).encode()  # fmt: skip

    model = read_model("main", {"a.bpmn": both}, {})

    assert set(model.processes) == {"main", "sub"}
