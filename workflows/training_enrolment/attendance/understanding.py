"""Understanding an attendance table: which rows can be recorded, and why the others cannot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.language import N_, _
from workflows.shared.enrolments import LIVE, Enrolment
from workflows.training_enrolment.attendance.reading import (
    ATTENDANCE,
    NAME,
    NUMBER,
    PLACE,
    Row,
    Table,
)
from workflows.training_enrolment.attendance.recording import (
    EXPECTED,
    NOT_PRESENT,
    PRESENT,
    REFUSALS,
    SETTLED,
    Word,
)

SAYINGS: dict[str, Word] = {
    **dict.fromkeys(
        ("出席", "到场", "已到", "到", "是", "√", "✓", "✔", "1", "present", "yes", "y"), PRESENT
    ),
    **dict.fromkeys(
        ("缺席", "未到", "缺勤", "否", "×", "✗", "0", "absent", "no", "n"), NOT_PRESENT
    ),
}
"""How a table may say it, small letters."""

PROBLEMS = {
    "no_number": N_("There is no number. Fill in the number of the person."),
    "unknown": N_("Nobody with this number has signed up for this class."),
    "several": N_("Several people of this class have this number. Fill in the place number, too."),
    "other_place": N_("This place number is not this person’s."),
    "other_name": N_("The name does not belong to this number: %(name)s was expected."),
    "twice": N_("This person stands in the table twice, first in line %(first)s."),
    "not_understood": N_("“%(said)s” is neither present nor absent."),
    "changed": N_("Somebody recorded another attendance meanwhile."),
}
"""Why a row is left out, by code."""


@dataclass(frozen=True, slots=True)
class Right:
    """A row that can be recorded. `before`: the attendance as it was when it was looked through."""

    line: int
    enrolment_id: int
    name: str
    number: str
    word: Word
    before: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that is left out. `column`: its letter; `said`: what stands there; `why`: a code.

    The code is one of PROBLEMS, or a state of a sign-up, whose sentence stands in REFUSALS.
    """

    line: int
    column: str
    said: str
    why: str
    values: dict[str, str]

    @property
    def sentence(self) -> str:
        """Why it is left out, in the reader's language."""
        words = PROBLEMS.get(self.why) or REFUSALS[self.why]
        return _(words, **self.values)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a table says: rows to record, rows that say nothing new or nothing, wrong rows."""

    right: Sequence[Right]
    unchanged: int
    empty: int
    wrong: Sequence[Wrong]


class _Unfit(Exception):
    """A row cannot be recorded: which column says so, why, and what the sentence names."""

    def __init__(self, column: str, why: str, **values: str) -> None:
        super().__init__(why)
        self.column, self.why, self.values = column, why, values


@dataclass(frozen=True, slots=True)
class _SignUp:
    id: int
    place: int
    number: str
    name: str
    state: str
    attendance: str


@dataclass(slots=True)
class _Sorting:
    """The rows of a table on their way; `lines`: where each sign-up stands first."""

    by_number: Mapping[str, Sequence[_SignUp]]
    right: list[Right] = field(default_factory=list)
    unchanged: int = 0
    empty: int = 0
    lines: dict[int, int] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """Put a row where it belongs; raises _Unfit."""
        one = self._find(row)
        said = row.say(ATTENDANCE)
        word = SAYINGS.get(said.casefold())
        if said and word is None:
            raise _Unfit(ATTENDANCE, "not_understood", said=said)
        if said and (
            one.state not in EXPECTED or (one.state in SETTLED and one.attendance != word)
        ):
            raise _Unfit(NUMBER, one.state)
        self.lines[one.id] = row.line
        if word is None:
            self.empty += 1
        elif one.attendance == word:
            self.unchanged += 1
        else:
            self.right.append(Right(row.line, one.id, one.name, one.number, word, one.attendance))

    def _find(self, row: Row) -> _SignUp:
        """Whose row it is; raises _Unfit."""
        if not row.say(NUMBER):
            raise _Unfit(NUMBER, "no_number")
        place, name = row.say(PLACE), row.say(NAME)
        found = self.by_number.get(row.say(NUMBER).casefold(), ())
        if not found:
            raise _Unfit(NUMBER, "unknown")
        if len(found) > 1 and not place:
            raise _Unfit(NUMBER, "several")
        one = next((each for each in found if not place or str(each.place) == place), None)
        if one is None:
            raise _Unfit(PLACE, "other_place")
        if name and name != one.name:
            raise _Unfit(NAME, "other_name", name=one.name)
        if one.id in self.lines:
            raise _Unfit(NUMBER, "twice", first=str(self.lines[one.id]))
        return one


def understand(session: Session, class_id: int, table: Table) -> Understood:
    """Sort the rows of a table into those that can be recorded and those that cannot."""
    sorting, wrong = _Sorting(_sign_ups(session, class_id)), list[Wrong]()
    for row in table.rows:
        try:
            sorting.take(row)
        except _Unfit as unfit:
            letter = table.letters.get(unfit.column, "")
            said = row.say(unfit.column)
            wrong.append(Wrong(row.line, letter, said, unfit.why, unfit.values))
    return Understood(sorting.right, sorting.unchanged, sorting.empty, wrong)


def _sign_ups(session: Session, class_id: int) -> dict[str, list[_SignUp]]:
    """Who signed up for the class, by number; of several sign-ups of a person the one that counts.

    That is the live one, or the last.
    """
    query = (
        select(
            Enrolment.id,
            Enrolment.number,
            Case.subject_no,
            Case.subject_name,
            Enrolment.state,
            Enrolment.attendance,
            Enrolment.person_kind,
            Enrolment.person_id,
        )
        .join(Case, Case.id == Enrolment.case_id)
        .where(Enrolment.class_id == class_id)
        .order_by(Enrolment.id)
    )
    people: dict[tuple[str, int], _SignUp] = {}
    for key, place, number, name, state, attendance, kind, person_id in session.execute(query):
        person = (kind, person_id)
        known = people.get(person)
        if known is None or known.state not in LIVE:
            people[person] = _SignUp(key, place, number, name, state, attendance or "")
    by_number: dict[str, list[_SignUp]] = {}
    for each in people.values():
        by_number.setdefault(each.number.casefold(), []).append(each)
    return by_number
