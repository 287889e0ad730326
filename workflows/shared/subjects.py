"""Members as what cases are about: how a case names its member, and reads him and his season."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from engine import cases
from engine.cases import Case
from workflows.shared.register import Member, get_member
from workflows.shared.seasons import Season, SeasonNotFound, find_season_of_year


@dataclass(frozen=True)
class Subject:
    """Whom and which year a case is about; each is read when it is asked for."""

    session: Session
    case: Case

    @cached_property
    def member(self) -> Member:
        """The member; raises MemberNotFound."""
        return get_member(self.session, self.case.subject_id)

    @cached_property
    def season(self) -> Season:
        """The season of his association; raises SeasonNotFound."""
        found = find_season_of_year(
            self.session,
            association_id=self.case.association_id or self.member.association_id,
            year=self.case.year or 0,
        )
        if found is None:
            raise SeasonNotFound
        return found


def subject_of_member(member: Member, *, association_id: int | None = None) -> cases.Subject:
    """A member as the subject of a new case, which is his own association's unless one is named."""
    return cases.Subject(
        kind="member",
        id=member.id,
        no=member.number,
        name=member.name,
        association_id=association_id or member.association_id,
        region=member.region or None,
    )


def subject_of_case(session: Session, case: Case) -> Subject:
    """The member and season of a member's case."""
    return Subject(session, case)
