"""What the forms of the process show, and what they take beyond what a form can say."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.errors import Conflict
from engine.language import N_, _, say_date
from forms.lists import Language
from forms.masking import mask
from workflows.member_certificate.cases import (
    find_file,
    find_obstacle,
    read_last,
    read_refusal,
    read_statement,
)
from workflows.member_certificate.information import find_missing
from workflows.member_certificate.kinds import (
    APPEAL,
    APPOINT,
    AWAIT,
    COMPLETE,
    CONFIRM,
    DECIDE_APPEAL,
    PROCESS,
    REVIEW,
    SUPPLY,
    UPLOAD,
)
from workflows.member_certificate.photo_rules import check_photo
from workflows.member_certificate.policies import policy_of
from workflows.shared.associations import get_association
from workflows.shared.certificates import NoPhoto, digest_printed, printed_fields
from workflows.shared.field_names import name_field, say_value
from workflows.shared.form_data import FormData, answer_check, form_data
from workflows.shared.identity_facts import find_contradictions
from workflows.shared.photos import (
    ComparedAlready,
    find_comparison,
    find_photo,
    has_used_comparison,
)
from workflows.shared.register import get_member, hold_member, identity_number
from workflows.shared.register_changes import register_fields
from workflows.shared.register_writing import IdentityTaken, check_identity_free

HAS_CHANGED = N_(
    "What the register says of you has changed since you opened this page. Below is what it says"
    " now: look at it, and confirm again."
)


class PlatformIsSilent(Conflict):
    """What the platform owns is still missing: nobody supplies it here."""

    message = N_(
        "The supervision platform owns what is missing. Have it filled in there: as soon as it has"
        " come from there, go on here."
    )


@form_data(PROCESS, COMPLETE)
def show_information(
    session: Session, *, engine: Engine, case: Case, language: Language
) -> FormData:
    """补充必填信息: what is missing, and who fills it."""
    member = get_member(session, case.subject_id)
    missing = find_missing(session, engine, member)
    return FormData(
        context={"missing": list(missing.typed), "birth_date": None},
        show_panels=lambda: {
            "missing_information": {
                "typed": [name_field(each, language) for each in missing.typed],
                "proved": [name_field(each, language) for each in missing.proved],
                "locked": [
                    name_field(each, language) for each in (*missing.locked, *missing.owned)
                ],
                "office": _describe_office(session, case, language),
            }
        },
    )


@form_data(PROCESS, SUPPLY)
def show_supply(session: Session, *, engine: Engine, case: Case, language: Language) -> FormData:
    """补充会员信息: what is missing."""
    member = get_member(session, case.subject_id)
    missing = find_missing(session, engine, member)
    on_file = register_fields(session, engine.vault, member)
    return FormData(
        context={"missing": list(missing.locked)},
        prefill={"identity_type": on_file["identity_type"]},
        show_panels=lambda: {
            "to_supply": {
                "missing": [name_field(each, language) for each in missing.locked],
                "owned": [name_field(each, language) for each in missing.owned],
            }
        },
    )


@answer_check(PROCESS, SUPPLY)
def check_supply(
    session: Session, *, engine: Engine, case: Case, values: Mapping[str, Any]
) -> Mapping[str, str]:
    """补充会员信息: the identity number is nobody else's and fits what is said beside it.

    Raises PlatformIsSilent while the supervision platform has not filled in what it owns.
    """
    member = get_member(session, case.subject_id)
    lacking = find_missing(session, engine, member)
    if lacking.owned:
        raise PlatformIsSilent
    missing = lacking.locked
    typed = {name: values.get(name) for name in missing}
    merged = {**register_fields(session, engine.vault, member), **typed}
    # What is on file already cannot be changed here: the new number has to fit it.
    wrong = {
        name if name in typed else "identity_number": sentence
        for name, sentence in find_contradictions(merged).items()
        if {name, "identity_number"} & typed.keys()
    }
    if typed.get("identity_number"):
        try:
            number = str(typed["identity_number"])
            check_identity_free(session, engine.vault, number=number, member_id=member.id)
        except IdentityTaken as error:
            wrong["identity_number"] = str(error)
    return {name: sentence for name, sentence in wrong.items() if name in typed}


@form_data(PROCESS, UPLOAD)
def show_upload() -> FormData:
    """上传照片: nothing is known of it beforehand; its page says the rules."""
    return FormData()


@answer_check(PROCESS, UPLOAD)
def check_upload(
    session: Session, *, engine: Engine, case: Case, outcome: str, values: Mapping[str, Any]
) -> Mapping[str, str]:
    """上传照片: it keeps every rule; raises ComparedAlready where the attempt is gone."""
    if outcome != "compare":
        return {}
    if has_used_comparison(session, case.subject_id):
        raise ComparedAlready
    return _check_file(engine, values)


@form_data(PROCESS, AWAIT)
def show_away(session: Session, *, case: Case) -> FormData:
    """比对服务暂时无法使用: another photo may be chosen while this one was surely not compared."""
    found = find_comparison(session, case.subject_id)
    return FormData(context={"may_change": found is not None and found.state == "away"})


@form_data(PROCESS, APPOINT)
@form_data(PROCESS, REVIEW)
def show_case(session: Session, *, engine: Engine, case: Case) -> FormData:
    """预约现场审核, 现场审核照片: who comes, and what was sent before."""
    return FormData(show_panels=lambda: {"on_site_case": _describe_case(session, engine, case)})


@answer_check(PROCESS, REVIEW)
def check_review(*, engine: Engine, outcome: str, values: Mapping[str, Any]) -> Mapping[str, str]:
    """现场审核照片: the photo that was taken keeps the rules, too."""
    return _check_file(engine, values) if outcome == "accept" else {}


@form_data(PROCESS, APPEAL)
def show_refusal(session: Session, *, engine: Engine, case: Case, language: Language) -> FormData:
    """照片审核未通过: why."""
    return FormData(
        show_panels=lambda: {
            "photo_refused": {
                "reason": read_refusal(session, engine.vault, case),
                "office": _describe_office(session, case, language),
            }
        }
    )


@form_data(PROCESS, DECIDE_APPEAL)
def show_appeal(session: Session, *, engine: Engine, case: Case) -> FormData:
    """裁定照片审核申诉: the refusal, and what its member says against it."""
    return FormData(
        show_panels=lambda: {
            "photo_appeal": {
                **_describe_case(session, engine, case),
                "reason": read_refusal(session, engine.vault, case),
                "statement": read_statement(session, engine.vault, case),
            }
        }
    )


@form_data(PROCESS, CONFIRM)
def show_certificate(
    session: Session, *, case: Case, language: Language, now: datetime
) -> FormData:
    """信息确认: what will be printed."""
    member = get_member(session, case.subject_id)
    photo = find_photo(session, member.id)
    printed = printed_fields(session, member, now=now)
    return FormData(
        show_panels=lambda: {
            "certificate_preview": {
                **printed,
                "admission_date": say_date(member.admission_date) if member.admission_date else "",
                "seen": digest_printed(printed, photo),
                "association": (language == "en" and printed["association_en"])
                or printed["association"],
                "sex": say_value("sex", member.sex, language),
                "photo": None if photo is None else str(photo.file_id),
            }
        }
    )


@answer_check(PROCESS, CONFIRM)
def check_confirmation(
    session: Session, *, engine: Engine, case: Case, outcome: str, seen: str, now: datetime
) -> Mapping[str, str]:
    """信息确认: what he saw is what is printed; raises NotAMember, NoPhoto and the like.

    It is what is printed: nobody changes the register between this and the certificate.
    """
    if outcome != "issue":
        return {}
    hold_member(session, case.subject_id)
    member = get_member(session, case.subject_id)
    # It was read before it was held.
    session.refresh(member)
    obstacle = find_obstacle(engine, member)
    if obstacle is not None:
        raise obstacle
    photo = find_photo(session, member.id)
    if photo is None or policy_of(engine).is_too_old(photo, now):
        raise NoPhoto
    if seen != digest_printed(printed_fields(session, member, now=now), photo):
        return {"": _(HAS_CHANGED)}
    return {}


def _check_file(engine: Engine, values: Mapping[str, Any]) -> Mapping[str, str]:
    file_id = find_file(values)
    if file_id is None:
        return {}
    wrong = check_photo(engine.files.path(file_id).read_bytes())
    return {"photo": " ".join(wrong)} if wrong else {}


def _describe_case(session: Session, engine: Engine, case: Case) -> dict[str, Any]:
    """Who comes, why, and what was settled before; what he sent stands beside it."""
    member = get_member(session, case.subject_id)
    sent = read_last(session, engine.vault, case, APPOINT, REVIEW, DECIDE_APPEAL)
    comparison = find_comparison(session, member.id)
    said = sent[APPOINT].values if APPOINT in sent else {}
    identity = identity_number(engine.vault, member)
    return {
        "name": member.name,
        "identity": mask("identity", identity),
        "comparison": None if comparison is None else comparison.state,
        "overturned": sent[DECIDE_APPEAL].values.get("reason") if DECIDE_APPEAL in sent else None,
        "taken": _file_name(find_file(sent[REVIEW].values) if REVIEW in sent else None),
        "appointment": {
            "date": say_date(date.fromisoformat(said["appointment_date"])),
            "time": said["appointment_time"],
            "place": said["place"],
        }
        if said.get("appointment_date")
        else None,
    }


def _describe_office(session: Session, case: Case, language: Language) -> dict[str, str]:
    office = get_association(session, case.association_id or 0)
    return {
        "name": (language == "en" and office.name_en) or office.name,
        "telephone": office.telephone,
    }


def _file_name(file_id: UUID | None) -> str | None:
    return None if file_id is None else str(file_id)
