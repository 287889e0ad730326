"""The decision table by which the fee is decided, as people read it: cases work by its release."""

from typing import Any

from sqlalchemy.orm import Session

from engine.feel.dmn.reading import Element, all_text, child, children, read_xml, tag, text_of
from engine.releases import ReleaseNotFound, current_release_id
from web import current
from workflows.shared.seasons import INSPECTION

DOCUMENT = "fees.dmn"
ANY = "-"


def describe_fee_table(session: Session) -> dict[str, Any] | None:
    """The table's columns and rules; None where no release has one."""
    try:
        release_id = current_release_id(session, INSPECTION)
    except ReleaseNotFound:
        return None
    documents = current.engine().releases.get(session, release_id).documents
    source = next((each for name, each in documents.items() if name.endswith(DOCUMENT)), None)
    if source is None:
        return None
    table = next((each for each in read_xml(source).iter() if tag(each) == "decisionTable"), None)
    if table is None:
        return None
    columns = [each.get("label") for each in children(table, "input", "output")]
    rules = [_describe_rule(each) for each in children(table, "rule")]
    return {"columns": columns, "rules": rules}


def _describe_rule(rule: Element) -> dict[str, Any]:
    texts = [text_of(each) for each in children(rule, "inputEntry", "outputEntry")]
    about = child(rule, "description")
    return {
        "about": "" if about is None else all_text(about),
        "cells": ["" if each == ANY else each for each in texts],
    }
