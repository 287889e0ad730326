"""What somebody could draw, upload or type who means harm: documents by what they try."""

import io
import json
import stat
import struct
import warnings
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

SCRIPT = '<script>alert("1")</script><img src=x onerror=alert(1)>'
PYTHON = '__import__("os").system("touch hostile_was_here")'
BOMBS = (
    "sum(for i in 1..1000000000 return i)",
    'string join(for i in 1..99999 return "aaaaaaaaaaaaaaaa")',
    "for a in 1..9999, b in 1..9999, c in 1..9999 return a * b * c",
    "{f: function(n) f(n + 1), x: f(1)}.x",
    "9 ** 9 ** 9 ** 9 ** 9",
    'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+$")',
    'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a|a)*$", "b")',
    "(" * 3000 + "1" + ")" * 3000,
    "1 + " * 200_000 + "1",
    "[" * 20_000,
)
"""Expressions that would take for ever, or all memory, or the whole stack."""

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
HEAD = (
    f'<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="t">'
    '<bpmn:process id="ruling" name="流程" isExecutable="true">'
)
TAIL = "</bpmn:process></bpmn:definitions>"


def process(*parts: str) -> bytes:
    """A diagram of the process `ruling`."""
    return f"{HEAD}{''.join(parts)}{TAIL}".encode()


def flow(number: int, source: str, target: str, condition: str = "") -> str:
    """A flow, on request with a condition."""
    inner = (
        f"<bpmn:conditionExpression>={condition}</bpmn:conditionExpression>" if condition else ""
    )
    return (
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">'
        f"{inner}</bpmn:sequenceFlow>"
    )


def entities() -> Mapping[str, bytes]:
    """Documents that ask the reader of XML for more than they hold."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    shells = {
        "a file": '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "an address": '<!DOCTYPE d [<!ENTITY x SYSTEM "http://127.0.0.1:1/x">]>',
        "laughs": f'<!DOCTYPE d [<!ENTITY l0 "ha">{laughs}<!ENTITY x "&l9;">]>',
        "parameters": '<!DOCTYPE d [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        "a type elsewhere": '<!DOCTYPE d SYSTEM "http://127.0.0.1:1/d.dtd">',
        "a quadratic text": f'<!DOCTYPE d [<!ENTITY x "{"a" * 50_000}">]>',
    }
    text = process("<bpmn:documentation>&x;&x;</bpmn:documentation>").decode()
    documents = {name: f"{shell}{text}".encode() for name, shell in shells.items()}
    inclusion = process(
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    )
    wide = f'<?xml version="1.0" encoding="UTF-16"?>{shells["a file"]}{text}'.encode("utf-16")
    return {
        **documents,
        "an inclusion": inclusion,
        "another coding": wide,
        "a style sheet": b'<?xml-stylesheet href="file:///etc/passwd"?>' + process(),
    }


def huge() -> Mapping[str, bytes]:
    """Diagrams that are as deep, wide, long or knotted as a document may be."""
    places = range(980)
    gates = "".join(f'<bpmn:exclusiveGateway id="g{n}" default="f{n * 4}"/>' for n in places)
    joins = "".join(f'<bpmn:parallelGateway id="g{n}"/>' for n in places)
    knot = "".join(
        flow(n * 4 + k, f"g{n}", f"g{(n * 7 + k * 13) % 980}") for n in places for k in range(4)
    )
    ends = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + flow(99_999, "s", "g0")
    scripts = "".join(
        f'<bpmn:scriptTask id="g{n}"><bpmn:extensionElements><zeebe:script'
        f' expression="=v{(n + 1) % 390}" resultVariable="v{n % 390}"/></bpmn:extensionElements>'
        f"</bpmn:scriptTask>{flow(n, f'g{n}', f'g{(n + 1) % 980}')}"
        for n in places
    )
    mappings = "".join(f'<zeebe:input source="=a{n}" target="v{n}"/>' for n in range(15_000))
    properties = "".join(f'<zeebe:property name="p{n}" value="=a{n}"/>' for n in range(15_000))
    attributes = " ".join(f'a{n}="{n}"' for n in range(50_000))
    spaces = " ".join(f'xmlns:n{n}="u{n}"' for n in range(20_000))
    return {
        "deep": (HEAD + "<bpmn:documentation>" * 20_000).encode(),
        "deep and closed": process(
            "<bpmn:documentation>" * 5_000 + "</bpmn:documentation>" * 5_000
        ),
        "attributes": process(f'<bpmn:userTask id="u" {attributes}/>'),
        "namespaces": process(f'<bpmn:userTask id="u" {spaces}/>'),
        "steps": process("".join(f'<bpmn:userTask id="u{n}"/>' for n in range(15_000))),
        "flows": process(ends, "".join(flow(n, "s", "e") for n in range(9_000))),
        "a knot of choices": process(ends, gates, knot),
        "a knot of joins": process(ends, joins, knot),
        "a ring of variables": process(ends, scripts),
        "what is not supported": process('<bpmn:subProcess id="q"/>' * 20_000),
        "a long name": process(f'<bpmn:userTask id="u" name="{"长" * 200_000}"/>'),
        "mappings": process(
            _extended("userTask", f"<zeebe:ioMapping>{mappings}</zeebe:ioMapping>")
        ),
        "properties": process(
            _extended("userTask", f"<zeebe:properties>{properties}</zeebe:properties>")
        ),
        "the same id": process('<bpmn:task id="q"/>' * 20_000),
        "lanes": process(
            '<bpmn:laneSet id="l"><bpmn:lane id="member">'
            + "<bpmn:flowNodeRef>nowhere</bpmn:flowNodeRef>" * 15_000
            + "</bpmn:lane></bpmn:laneSet>"
        ),
    }


def _extended(tag: str, extensions: str) -> str:
    inner = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>"
    return f'<bpmn:{tag} id="u">{inner}</bpmn:{tag}>'


def mapped(line: str) -> str:
    """A mapping of one line."""
    return f"<zeebe:ioMapping>{line}</zeebe:ioMapping>"


def with_expression(expression: str) -> Mapping[str, bytes]:
    """A diagram for each place where an expression can stand, with and without the sign for it."""
    places: dict[str, bytes] = {}
    for name, text in (("computed", f"={expression}"), ("written", expression)):
        said = quoteattr(text)
        inner = text.replace("&", "&amp;").replace("<", "&lt;")
        time = f"<bpmn:timerEventDefinition><bpmn:timeDuration>{inner}</bpmn:timeDuration>"
        task = {
            "an input": mapped(f'<zeebe:input source={said} target="x"/>'),
            "an output": mapped(f'<zeebe:output source={said} target="x"/>'),
            "a target": mapped(f'<zeebe:input source="=1" target={said}/>'),
            "a form": f"<zeebe:formDefinition formId={said}/>",
            "a duty": f"<zeebe:assignmentDefinition candidateGroups={said}/>",
            "a due date": f"<zeebe:taskSchedule dueDate={said}/>",
            "a property": '<zeebe:properties><zeebe:property name="status" '
            f"value={said}/></zeebe:properties>",
        }
        drawn = {key: _extended("userTask", value) for key, value in task.items()}
        drawn["an operation"] = _extended("serviceTask", f"<zeebe:taskDefinition type={said}/>")
        drawn["a script"] = _extended(
            "scriptTask", f'<zeebe:script expression={said} resultVariable="x"/>'
        )
        drawn["a result"] = _extended(
            "scriptTask", f'<zeebe:script expression="=1" resultVariable={said}/>'
        )
        drawn["a decision"] = _extended(
            "businessRuleTask", f'<zeebe:calledDecision decisionId={said} resultVariable="x"/>'
        )
        drawn["a call"] = _extended("callActivity", f"<zeebe:calledElement processId={said}/>")
        drawn["a time"] = (
            f'<bpmn:intermediateCatchEvent id="u">{time}</bpmn:timerEventDefinition>'
            "</bpmn:intermediateCatchEvent>"
        )
        drawn["a condition"] = (
            '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/><bpmn:sequenceFlow id="f" '
            f'sourceRef="s" targetRef="e"><bpmn:conditionExpression>{inner}'
            "</bpmn:conditionExpression></bpmn:sequenceFlow>"
        )
        drawn["a foreign script"] = (
            '<bpmn:scriptTask id="u" scriptFormat="python"><bpmn:script>'
            f"{inner}</bpmn:script></bpmn:scriptTask>"
        )
        places |= {f"{key}, {name}": process(value) for key, value in drawn.items()}
        key = f"<bpmn:extensionElements><zeebe:subscription correlationKey={said}/>"
        message = (
            f'<bpmn:message id="m" name="withdrawn">{key}</bpmn:extensionElements></bpmn:message>'
        )
        places[f"a key, {name}"] = process().replace(
            b"<bpmn:process", f"{message}<bpmn:process".encode(), 1
        )
    return places


def form(**changes: object) -> bytes:
    """A form of the process `ruling` with one field and one button."""
    field: dict[str, object] = {
        "type": "textfield",
        "id": "why_field",
        "key": "why",
        "label": "原因",
    }
    button = {
        "type": "button",
        "id": "send",
        "label": "提交",
        "action": "submit",
        "properties": {"outcome": "submit"},
    }
    components = [field | changes, button]
    return json.dumps(
        {"type": "default", "schemaVersion": 19, "id": "propose_ruling", "components": components}
    ).encode()


def forms() -> Mapping[str, bytes]:
    """Forms that try to run, to reach out, or to keep the server busy."""
    listed: dict[str, object] = {
        "a script in a label": form(label=SCRIPT),
        "a script in a description": form(description=SCRIPT),
        "a script as text": form(type="text", text=f"{SCRIPT}[x](javascript:alert(1))"),
        "a picture": form(type="image", source="data:image/svg+xml,<svg onload='alert(1)'/>"),
        "a picture in a text": form(type="text", text="![x](data:image/svg+xml;base64,PHN2Zz4=)"),
        "html": form(type="html", content=SCRIPT),
        "a frame": form(type="iframe", url="https://example.org"),
        "a script type": form(type="script", script="alert(1)"),
        "python": form(properties={"value": f"={PYTHON}"}),
        "python in braces": form(label=f"{{{{ {PYTHON} }}}}"),
        "a template": form(
            label="{{ config }} {% for x in ().__class__.__mro__ %}{{x}}{% endfor %}"
        ),
        "a pattern": form(validate={"pattern": "(a+)+$"}, defaultValue="a" * 60 + "!"),
        "a broken pattern": form(validate={"pattern": "((((("}),
        "a panel elsewhere": form(type="text", properties={"panel": "../../../etc/passwd"}),
        "values of any kind": form(properties={"outcome": [], "panel": {}, "shownBy": []}),
        "deep": b'{"components": [' * 900 + b"1" + b"]}" * 900,
        "brackets": b"[" * 100_000,
        "no object": b"[1, 2]",
        "wide": json.dumps({"components": [{"type": "text"}] * 20_000}).encode(),
    }
    for number, bomb in enumerate(BOMBS):
        text = bomb[:150_000]
        listed[f"bomb {number} as a condition"] = form(conditional={"hide": f"={text}"})
        listed[f"bomb {number} as a value"] = form(properties={"value": f"={text}"})
        listed[f"bomb {number} in a label"] = form(label=f"{{{{{text}}}}}")
    return {name: data for name, data in listed.items() if isinstance(data, bytes)}


def table(cell: str, *, rules: int = 1) -> bytes:
    """A decision table with a cell."""
    row = (
        f"<rule><inputEntry><text>{cell}</text></inputEntry>"
        "<outputEntry><text>1</text></outputEntry></rule>"
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"'
        ' namespace="n"><decision id="x" name="x"><decisionTable><input><inputExpression>'
        f"<text>year</text></inputExpression></input><output/>{row * rules}</decisionTable>"
        "</decision></definitions>"
    ).encode()


def tables() -> Mapping[str, bytes]:
    """Decision tables that do the same."""
    cells = {f"bomb {number}": table(bomb[:200_000]) for number, bomb in enumerate(BOMBS)}
    names = "".join(
        f'<inputData id="i{n}" name="a b{n} c d e"><variable name="a b{n} c d e"/></inputData>'
        for n in range(3_000)
    )
    shell = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return {
        **cells,
        "entities": shell.encode() + table("&x;"),
        "python": table(PYTHON.replace("&", "&amp;")),
        "many rules": table("1", rules=7_000),
        "many names": table("1").replace(b"<decision ", f"{names}<decision ".encode(), 1),
        "requires itself": table("1").replace(
            b"<decisionTable>",
            b'<informationRequirement><requiredDecision href="#x"/></informationRequirement>'
            b"<decisionTable>",
        ),
    }


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """A zip of entries."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        warnings.simplefilter("ignore")  # that names are given twice is what is tried
        for name, data in entries:
            made.writestr(name, data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def archives() -> Mapping[str, bytes]:
    """Zips with paths that lead elsewhere, links, bombs and damage."""
    link = zipfile.ZipInfo("forms/ruling/propose_ruling.form")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    good = form()
    path = "forms/ruling/propose_ruling.form"
    plain = archive((path, good))
    names = (
        "../../etc/passwd",
        "/etc/passwd",
        "forms/ruling/../../../x.form",
        "forms/ruling/..\\..\\x.form",
        "C:\\x.form",
        "forms/other/x.form",
        "forms/ruling/x.svg",
        "forms/ruling/x.py",
        "bpmn/ruling/" + "a" * 5_000 + ".dmn",
        "forms//ruling/x.form",
        "./forms/ruling/x.form",
        "forms/ruling/报表.form",
    )
    return {
        **{f"path {name[:40]!r}": archive((name, good)) for name in names},
        "a link": archive((link, b"/etc/passwd")),
        "a bomb": archive((path, b"0" * (60 * 2**20))),
        "many bombs": archive(*((f"forms/ruling/f{n}.form", b"0" * 2**20) for n in range(150))),
        "many entries": archive(*((f"forms/ruling/f{n}.form", b"{}") for n in range(1_000))),
        "the same twice": archive((path, good), (path, b"{}")),
        "damaged": plain[: len(plain) // 2],
        "no zip": b"PK\x03\x04" + b"x" * 500,
        "a zip in a zip": archive(("forms/ruling/x.zip", plain)),
        "empty": archive(),
    }


def archive_that_lies(path: str, data: bytes) -> bytes:
    """A zip that says of its one entry that it is two gigabytes large."""
    lied = bytearray(archive((path, data)))
    struct.pack_into("<L", lied, lied.rfind(b"PK\x01\x02") + 24, 2**31)
    return bytes(lied)
