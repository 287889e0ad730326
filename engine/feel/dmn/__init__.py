"""Decisions of the DMN standard: tables and other boxed expressions, and what they require."""

from engine.feel.dmn.decisions import Decisions, load_decisions
from engine.feel.dmn.problems import InvalidDecision, Problem

__all__ = ["Decisions", "InvalidDecision", "Problem", "load_decisions"]
