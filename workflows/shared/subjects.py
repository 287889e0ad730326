"""A case's member and season, which most of its forms ask for."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.cases import Case
from workflows.shared.register import Member, get_member
from workflows.shared.seasons import Season, SeasonNotFound, find_season_of_year


@dataclass(frozen=True)
class Subject:
    """Whom and which year a case is about."""

    member: Member
    season: Season


def subject_of_case(session: Session, case: Case) -> Subject:
    """The member and season of a member's case; raises MemberNotFound, SeasonNotFound."""
    member = get_member(session, case.subject_id)
    season = find_season_of_year(
        session, association_id=case.association_id or member.association_id, year=case.year or 0
    )
    if season is None:
        raise SeasonNotFound
    return Subject(member, season)
