"""The domain: one package per process, and what they share.

A process is a line in `PACKAGES`; `collect` gathers what the packages offer.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from engine.dataflow import Surroundings
from engine.engine import Engine
from engine.operations import Operations
from engine.releases import Unit
from engine.signatures import Signature
from engine.spiff import Step
from forms.release_check import read_answers
from workflows.inbox.arriving import describe_task
from workflows.shared.application_kinds import Kind, all_kinds
from workflows.shared.beginnings import beginnings_in
from workflows.shared.form_data import AnswerCheck, Key, Provider, answer_checks_in, providers_in
from workflows.shared.proofs import Deed, DeedKey, Proof, deeds_in, proofs_in
from workflows.shared.scans import ScanHook, scan_hooks_in

PACKAGES = (
    "shared",
    "delivery",
    "channels",
    "inbox",
    "inspection",
    "settlement",
    "deferral",
    "payment",
    "review",
    "ruling",
    "appeal",
    "individual_password_reset",
    "firm_password_reset",
    "paper_password_reset",
    "training_enrolment",
    "output_hours",
    "member_certificate",
    "profile_change",
    "supervision_platform",
    "finance_accounts",
    "seasons",
    "personal_data",
    "account",
    "help_desk",
    "register",
    "studio",
)


@dataclass(frozen=True)
class Workflows:
    """Everything that the packages offer to the engine and to whoever serves a person."""

    modules: tuple[ModuleType, ...]
    form_data: Mapping[Key, Provider]
    answer_checks: Mapping[Key, AnswerCheck]
    proofs: Mapping[Key, Proof]
    deeds: Mapping[DeedKey, Deed]
    kinds: Mapping[str, Kind]
    beginnings: Mapping[str, Signature]
    scan_hooks: Mapping[str, ScanHook]

    def surroundings(self, operations: Operations) -> Surroundings:
        """What a diagram does not say itself of its variables."""

        def answers(unit: Unit, step: Step) -> Signature | None:
            # Whoever looks at what is proved adds what came of it to the answers.
            is_proved = (step.process_id, step.id) in self.proofs
            return None if is_proved else read_answers(unit, step)

        return Surroundings(operations, self.beginnings, answers)

    def install(self, engine: Engine) -> None:
        """Register operations, jobs and the projection of tasks with an engine."""
        engine.add(*self.modules)
        engine.describe_task = describe_task


@cache
def load_modules() -> tuple[ModuleType, ...]:
    """Every module of the packages, in their order."""
    return tuple(
        importlib.import_module(found.name)
        for name in PACKAGES
        for found in pkgutil.walk_packages(
            importlib.import_module(f"workflows.{name}").__path__, f"workflows.{name}."
        )
    )


@cache
def collect() -> Workflows:
    """Load the packages and gather what they offer."""
    modules = load_modules()
    return Workflows(
        modules=modules,
        form_data=providers_in(modules),
        answer_checks=answer_checks_in(modules),
        proofs=proofs_in(modules),
        deeds=deeds_in(modules),
        kinds=all_kinds(),
        beginnings=beginnings_in(modules),
        scan_hooks=scan_hooks_in(modules),
    )
