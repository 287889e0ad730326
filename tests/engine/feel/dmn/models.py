"""DMN files as these tests write them."""

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(inner: str, *, namespace: str = NAMESPACE, attributes: str = "") -> bytes:
    """A DMN file with these elements."""
    return (
        f'<definitions xmlns="{namespace}" id="m" name="m" namespace="urn:m" {attributes}>'
        f"{inner}</definitions>"
    ).encode()


def table(
    rules: list[list[str]],
    *,
    inputs: list[str],
    outputs: list[str],
    attributes: str = "",
    id: str = "d",
) -> str:
    """A decision with a table; inputs and outputs are the inner XML of their columns."""
    columns = [f'<input id="i{n}">{text}</input>' for n, text in enumerate(inputs)]
    columns += [f'<output id="o{n}" {text}' for n, text in enumerate(outputs)]
    rows = []
    for number, cells in enumerate(rules):
        tests = "".join(
            f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells[: len(inputs)]
        )
        results = "".join(
            f"<outputEntry><text>{escape(cell)}</text></outputEntry>"
            for cell in cells[len(inputs) :]
        )
        rows.append(f'<rule id="r{number}">{tests}{results}</rule>')
    inner = "".join(columns) + "".join(rows)
    inner = f"<decisionTable {attributes}>{inner}</decisionTable>"
    return f'<decision id="{id}" name="{id}">{inner}</decision>'


def expression(text: str, type_ref: str = "") -> str:
    """The inner XML of an input column."""
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return f"<inputExpression{typed}><text>{escape(text)}</text></inputExpression>"


def output(name: str, values: str = "", default: str = "") -> str:
    """The rest of an output column's element."""
    inner = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    if default:
        inner += f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>"
    return f'name="{name}">{inner}</output>'


def literal(id: str, text: str, *, needs: str = "", type_ref: str = "") -> str:
    """A decision that is a literal expression."""
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return (
        f'<decision id="{id}" name="{id}"><variable name="{id}"{typed}/>{needs}'
        f"<literalExpression><text>{escape(text)}</text></literalExpression></decision>"
    )


def requires(kind: str, id: str) -> str:
    """A requirement: of an `Input`, a `Decision` or `Knowledge`."""
    outer = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
    return f'<{outer}><required{kind} href="#{id}"/></{outer}>'


def escape(text: str) -> str:
    """Escape a text for XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
