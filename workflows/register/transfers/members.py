"""Members as a table: who is new, whose data change, and what an import must leave alone.

What has consequences for open cases is done on the member's page: moving him, making him another
kind of member, ending his membership. His mobile number and e-mail address are keys to his
account: an import fills them in where there are none, and never replaces them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.language import N_
from engine.vault import SubjectKey, Vault
from forms.identity import find_birth_date, find_identity_problem
from forms.lists import Language
from forms.options import Option
from workflows.register.transfers.cells import (
    Column,
    Unfit,
    choice,
    choices,
    formatted,
    number,
    of_list,
    read_date,
    read_identity,
    read_mobile,
    read_region,
    text,
    write_choice,
    write_choices,
    write_date,
    write_plain,
    write_region,
)
from workflows.register.transfers.identifiers import find_keys, reserve_ids
from workflows.register.transfers.kinds import (
    Context,
    Deed,
    Kind,
    Looking,
    Wanted,
    find_offices,
    uncover,
)
from workflows.register.transfers.people import (
    find_firms,
    find_rows,
    name_accounts,
    number_firms,
    open_private,
    plain,
)
from workflows.register.transfers.spooling import Spool
from workflows.register.transfers.staging import Change, Row
from workflows.shared import certificates
from workflows.shared.accounts import CPA, MEMBER, Account
from workflows.shared.bulk import table_of
from workflows.shared.private import PRIVATE_FIELDS, private_columns
from workflows.shared.register import (
    ERASED,
    NON_PRACTISING,
    Firm,
    Member,
    identity_hash,
)
from workflows.shared.register_changes import IMPORT, RegisterChange, change_columns
from workflows.shared.results import subject_of

TABLE, KEYS = table_of(Member), table_of(SubjectKey)
ACCOUNTS, CHANGES = table_of(Account), table_of(RegisterChange)

NUMBER_LENGTH = 12
AT_A_TIME = 500

PROBLEMS = {
    "moves_elsewhere": N_(
        "He belongs to %(name)s. Move him on his page: his open cases go along with him."
    ),
    "kind_elsewhere": N_("He is another kind of member. Change that on his page."),
    "state_elsewhere": N_("His membership is in another state. Change that on his page."),
    "only_active": N_("Only an active member can be new."),
    "own_key": N_(
        "There is another one on file. It is a key to his account: he changes it himself, or the"
        " help desk does with him."
    ),
    "identity": N_("%(problem)s"),
    "identity_known": N_("Somebody with this identity number is in the register already."),
    "identity_other": N_("The identity number says something else."),
    "erased": N_("The data of this member were erased."),
    "future": N_("This date is still to come."),
}


def _kinds(language: Language) -> Sequence[Option]:
    zh = language == "zh"
    return (
        Option(NON_PRACTISING, "非执业会员" if zh else "Non-practising member"),
        Option("cpa", "注册会计师" if zh else "Certified public accountant"),
    )


def _states(language: Language) -> Sequence[Option]:
    zh = language == "zh"
    return (
        Option("active", "在会" if zh else "Active"),
        Option("moved", "已转出" if zh else "Moved"),
        Option("resigned", "已退会" if zh else "Resigned"),
        Option("dead", "已故" if zh else "Dead"),
        Option("left", "已除名" if zh else "Left"),
        Option(ERASED, "已删除" if zh else "Erased"),
    )


def _employments(language: Language) -> Sequence[Option]:
    zh = language == "zh"
    return (
        Option("employed", "在职" if zh else "Employed"),
        Option("unemployed", "未就业" if zh else "Not employed"),
        Option("retired", "退休" if zh else "Retired"),
    )


def _listed(key: str, heads: tuple[str, ...], options: Any, *, covers: str = "") -> Column:
    return Column(key, heads, choice(options), write_choice(options), covers)


def _text(key: str, heads: tuple[str, ...], most: int, *, covers: str = "") -> Column:
    return Column(key, heads, text(most), write_plain, covers)


def _date(key: str, heads: tuple[str, ...]) -> Column:
    return Column(key, heads, read_date, write_date)


COLUMNS = (
    Column(
        "number",
        (N_("Member number"), "会员编号", "会员号", "编号"),
        number(NUMBER_LENGTH),
        write_plain,
    ),
    _text("name", (N_("Name"), "姓名"), 50),
    _listed("kind", (N_("Kind of member"), "会员类型", "会员类别"), _kinds),
    _text("association", (N_("Association"), "所属注协", "所属协会", "地方注协"), 200),
    _listed("state", (N_("State of membership"), "会籍状态", "会员状态"), _states),
    Column(
        "firm", (N_("Firm number"), "事务所编号", "执业证书编号（事务所）"), number(20), write_plain
    ),
    _listed("sex", (N_("Sex"), "性别"), of_list("sexes")),
    _listed("nation", (N_("Nation"), "民族"), of_list("nations"), covers="all"),
    _date("birth_date", (N_("Date of birth"), "出生日期", "出生年月日")),
    _listed(
        "identity_type",
        (N_("Identity document"), "证件类型", "身份证件类型"),
        of_list("identity_types"),
    ),
    Column(
        "identity_number",
        (N_("Document number"), "证件号码", "身份证号码", "身份证号", "身份证件号码"),
        read_identity,
        write_plain,
        "identity",
    ),
    _text(
        "certificate_number",
        (N_("Certificate or approval number"), "全科合格证号", "全科合格证号或考核批准文号"),
        50,
    ),
    _date("admission_date", (N_("Date of admission"), "入会日期", "入会时间")),
    _listed(
        "political_status",
        (N_("Political status"), "政治面貌"),
        of_list("political_statuses"),
        covers="all",
    ),
    Column("region", (N_("Region"), "所在地区"), read_region, write_region),
    Column(
        "household_region",
        (N_("Household region"), "户籍所在地", "户籍地区"),
        read_region,
        write_region,
        "all",
    ),
    Column("mobile", (N_("Mobile number"), "手机号码", "手机"), read_mobile, write_plain, "mobile"),
    Column(
        "email",
        (N_("E-mail address"), "电子邮箱", "邮箱"),
        formatted("email", "no_email"),
        write_plain,
        "email",
    ),
    _text("address", (N_("Address"), "通讯地址", "地址"), 200, covers="address"),
    Column(
        "postal_code",
        (N_("Postal code"), "邮政编码", "邮编"),
        formatted("postal_code", "no_postal_code"),
        write_plain,
        "all",
    ),
    Column(
        "telephone",
        (N_("Telephone"), "电话", "联系电话"),
        formatted("phone", "no_telephone"),
        write_plain,
        "all",
    ),
    _text("emergency_contact", (N_("Emergency contact"), "紧急联系人"), 100, covers="all"),
    _listed("employment", (N_("Employment"), "就业情况"), _employments),
    _text("employer", (N_("Employer"), "工作单位"), 100),
    _listed("employer_kind", (N_("Kind of employer"), "单位性质"), of_list("employer_kinds")),
    _text("department", (N_("Department"), "部门"), 100),
    _text("position", (N_("Position"), "职务"), 100),
    _listed(
        "professional_title",
        (N_("Professional title"), "专业技术职称", "职称"),
        of_list("professional_titles"),
    ),
    _date("work_started_date", (N_("Began to work on"), "参加工作时间", "参加工作日期")),
    Column(
        "employer_telephone",
        (N_("Employer's telephone"), "单位电话"),
        formatted("phone", "no_telephone"),
        write_plain,
        "all",
    ),
    _text("archive_holder", (N_("Personal file kept by"), "档案存放单位"), 100),
    _date("qualified_date", (N_("Qualified on"), "取得资格日期", "全科合格日期")),
    Column(
        "domestic_qualifications",
        (N_("Other qualifications (domestic)"), "其他国内资格"),
        choices(of_list("domestic_qualifications")),
        write_choices(of_list("domestic_qualifications")),
    ),
    Column(
        "international_qualifications",
        (N_("Other qualifications (international)"), "其他国际资格"),
        choices(of_list("international_qualifications")),
        write_choices(of_list("international_qualifications")),
    ),
)

PLAIN = tuple(
    each.key
    for each in COLUMNS
    if each.key not in PRIVATE_FIELDS
    and each.key not in ("number", "association", "firm", "identity_number")
)
DATES = frozenset(name for name in PLAIN if name.endswith("_date"))
PRIVATE = tuple(each.key for each in COLUMNS if each.key in PRIVATE_FIELDS)
COVERED_BY = {each.key: each.covers for each in COLUMNS if each.covers}
NEEDED_FOR_NEW = ("name", "association", "identity_type", "identity_number")
IDENTITY = frozenset({"identity_number", "identity_type", "sex", "birth_date"})
OWN_KEYS = ("mobile", "email")


class Members(Kind):
    """The members of associations."""

    name = "members"
    columns = COLUMNS
    needed = ("number", "name")
    problems = PROBLEMS

    def begin(self, context: Context) -> Looking:
        """What compares the rows of one table."""
        return _Looking(context)

    def plan(
        self, session: Session, context: Context, changes: Sequence[Change], deed: Deed, to: Spool
    ) -> None:
        """Put new members and changed ones into a spool, each with his trail."""
        new = [each for each in changes if each.id is None]
        changed = [each for each in changes if each.id is not None]
        if new:
            _plan_new(session, context, new, deed, to)
        if changed:
            _plan_changed(session, context, changed, deed, to)

    def follow(self, session: Session, engine: Engine, noted: Sequence[Any], deed: Deed) -> None:
        """Let certificates go that show something else now."""
        shown = dict(noted)
        for member_id in _list_certified(session, sorted(shown)):
            certificates.supersede_certificate(session, member_id, shown[member_id], deed.now)

    def export(self, session: Session, vault: Vault, query: Wanted) -> Iterator[dict[str, Any]]:
        """Members with everything on file, by association and number."""
        offices, firms = (
            find_offices(session),
            dict(session.execute(select(Firm.id, Firm.number)).tuples().all()),
        )
        wanted = select(*TABLE.c).where(Member.association_id.in_(sorted(query.scope)))
        if query.kind:
            wanted = wanted.where(Member.kind == query.kind)
        if query.state:
            wanted = wanted.where(Member.state == query.state)
        found = session.execute(
            wanted.where(Member.state != ERASED)
            .order_by(Member.association_id, Member.number)
            .execution_options(yield_per=AT_A_TIME)
        )
        for some in found.mappings().partitions(AT_A_TIME):
            private = open_private(session, vault, Member.private_kind, some)
            for row in some:
                yield {
                    **{name: plain(row[name]) for name in PLAIN},
                    **private[row["id"]],
                    "number": row["number"],
                    "association": offices.names[row["association_id"]],
                    "firm": firms.get(row["firm_id"], ""),
                    "identity_number": vault.open_text(row["identity_sealed"]),
                }
            session.info.pop("subject_keys", None)


class _Looking(Looking):
    """Compares rows with the members of the register."""

    def prepare(self, session: Session, rows: Sequence[Row]) -> None:
        """Look up the members, their private fields, their firms and whose identity it is."""
        vault = self.context.vault
        numbers = [each.values["number"] for each in rows if "number" in each.values]
        found = find_rows(session, TABLE, TABLE.c.number, numbers)
        self._members = {each["number"]: each for each in found}
        self._private = open_private(session, vault, Member.private_kind, found)
        wanted = {each.values["firm"] for each in rows if "firm" in each.values}
        self._firms = find_firms(session, wanted)
        self._firm_numbers = number_firms(session, [each["firm_id"] for each in found])
        hashes = {
            identity_hash(vault, said)
            for each in rows
            if "*" not in (said := each.values.get("identity_number", "*"))
        }
        self._identities = _find_identities(session, sorted(hashes))

    def compare(self, row: Row) -> Change | None:
        """What a row changes of a member, or whom it makes; raises Unfit."""
        values = row.values
        if "number" not in values:
            raise Unfit("missing", "number")
        self.once(("number", values["number"]), row, "number")
        known = self._members.get(values["number"])
        return self._new(row) if known is None else self._changed(row, known)

    def _new(self, row: Row) -> Change:
        values = row.values
        for name in NEEDED_FOR_NEW:
            if name not in values:
                raise Unfit("needed_for_new", name)
        for name, kind in COVERED_BY.items():
            if name in values and not isinstance(values[name], list):
                uncover(values[name], "", kind, name)
        if values.get("state", "active") != "active":
            raise Unfit("only_active", "state")
        association_id = self.context.offices.find(values["association"])
        self.check_scope(association_id, "association")
        after = {name: values[name] for name in (*PLAIN, *PRIVATE) if name in values}
        after |= {
            "number": values["number"],
            "kind": values.get("kind", NON_PRACTISING),
            "state": "active",
            "association_id": association_id,
            "identity_number": values["identity_number"],
        }
        if "firm" in values:
            after["firm_id"] = self._find_firm(values["firm"])
        after |= _of_identity_card(after)
        self._check_identity(row, after, member_id=None)
        self._check_dates(after)
        return Change(row.line, None, values["number"], values["name"], values, {}, after)

    def _changed(self, row: Row, known: Mapping[str, Any]) -> Change | None:
        self.check_scope(known["association_id"], "number")
        if known["state"] == ERASED:
            raise Unfit("erased", "number")
        self._check_settled(row.values, known)
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for name, was, now_is in self._compare_fields(row.values, known):
            if (was or None) != (now_is or None):
                before[name], after[name] = was, now_is
        if not after:
            return None
        if not IDENTITY.isdisjoint(after):
            whole = {name: plain(known[name]) for name in PLAIN} | {
                "identity_number": self.context.vault.open_text(known["identity_sealed"])
            }
            self._check_identity(row, whole | after, member_id=known["id"])
        self._check_dates(after)
        number, name = known["number"], known["name"]
        return Change(row.line, known["id"], number, name, row.values, before, after)

    def _compare_fields(
        self, values: Mapping[str, Any], known: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any, Any]]:
        """What a row says of a member's fields: name, what is on file, what it says."""
        private = self._private[known["id"]]
        for name in PLAIN:
            if name in values:
                yield name, plain(known[name]), values[name]
        for name in PRIVATE:
            if name in values:
                said = uncover(values[name], private[name], COVERED_BY[name], name)
                if name in OWN_KEYS and private[name] and said != private[name]:
                    raise Unfit("own_key", name)
                yield name, private[name], said
        if "firm" in values and values["firm"] != self._firm_numbers.get(known["firm_id"]):
            yield "firm_id", known["firm_id"], self._find_firm(values["firm"])
        if "identity_number" in values:
            on_file = self.context.vault.open_text(known["identity_sealed"])
            said = uncover(values["identity_number"], on_file, "identity", "identity_number")
            yield "identity_number", on_file, said

    def _check_settled(self, values: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        """Let alone what is changed with its consequences on the member's page; raises Unfit."""
        if "association" in values:
            found = self.context.offices.find(values["association"])
            if found != known["association_id"]:
                name = self.context.offices.names[known["association_id"]]
                raise Unfit("moves_elsewhere", "association", name=name)
        if values.get("kind", known["kind"]) != known["kind"]:
            raise Unfit("kind_elsewhere", "kind")
        if values.get("state", known["state"]) != known["state"]:
            raise Unfit("state_elsewhere", "state")

    def _find_firm(self, said: str) -> int:
        found = self._firms.get(said)
        if found is None or found.state != "active":
            raise Unfit("unknown_firm", "firm")
        return found.id

    def _check_identity(self, row: Row, whole: Mapping[str, Any], *, member_id: int | None) -> None:
        """The number is right, says the same as the other columns, and is nobody else's."""
        said, kind = whole["identity_number"], whole["identity_type"]
        problem = find_identity_problem(said, identity_type=kind, today=self.context.today)
        if problem is not None:
            raise Unfit("identity", "identity_number", problem=problem)
        for name, value in _of_identity_card(dict(whole, sex="", birth_date="")).items():
            if whole.get(name) and whole[name] != value:
                raise Unfit("identity_other", name)
        hashed = identity_hash(self.context.vault, said)
        if self._identities.get(hashed, member_id) != member_id:
            raise Unfit("identity_known", "identity_number")
        self.once(("identity", hashed), row, "identity_number")

    def _check_dates(self, after: Mapping[str, Any]) -> None:
        today = self.context.today.isoformat()
        for name in DATES:
            if after.get(name) and after[name] > today:
                raise Unfit("future", name)


def _of_identity_card(values: Mapping[str, Any]) -> dict[str, str]:
    """Sex and date of birth where an identity card says them and no column does."""
    said = values["identity_number"]
    if values["identity_type"] != "identity_card" or len(said) != 18 or not said[:17].isdecimal():
        return {}
    born = find_birth_date(said)
    found = {"sex": "1" if int(said[16]) % 2 else "2"}
    if born is not None:
        found["birth_date"] = born.isoformat()
    return {name: value for name, value in found.items() if not values.get(name)}


def _plan_new(
    session: Session, context: Context, changes: Sequence[Change], deed: Deed, to: Spool
) -> None:
    vault = context.vault
    ids = reserve_ids(session, TABLE, len(changes))
    members, keys, accounts, trail = [], [], [], []
    for change, member_id in zip(changes, ids, strict=True):
        after = change.after
        key, wrapped = vault.make_key(subject_of(member_id))
        said = after["identity_number"]
        members.append(
            {
                "id": member_id,
                "number": after["number"],
                "association_id": after["association_id"],
                "firm_id": after.get("firm_id"),
                **{name: after.get(name, _EMPTY[name]) for name in PLAIN},
                "education": [],
                "domestic_other": "",
                "international_other": "",
                "gave_birth_years": [],
                "identity_sealed": vault.seal_text(said),
                "identity_hash": identity_hash(vault, said),
                **private_columns(vault, key, after),
            }
        )
        keys.append({"subject": subject_of(member_id), "wrapped": wrapped})
        accounts.append(
            {
                "user_type": CPA if after["kind"] == CPA else MEMBER,
                "login": after["number"],
                "name": after["name"],
                "must_change_password": False,
                "is_active": True,
                "member_id": member_id,
                "locale": "",
                "created_at": deed.now,
            }
        )
        trail.append(
            change_columns(
                key,
                member_id=member_id,
                association_id=after["association_id"],
                before={},
                after=after,
                source=IMPORT,
                reason=deed.reason,
                by=deed.by,
                now=deed.now,
            )
        )
    hashes = [each["identity_hash"] for each in members]
    to.expect_none(TABLE, "identity_hash", hashes, state="active")
    to.insert(TABLE, members)
    to.insert(KEYS, keys)
    to.insert(ACCOUNTS, accounts)
    to.insert(CHANGES, [each for each in trail if each is not None])


def _plan_changed(
    session: Session, context: Context, changes: Sequence[Change], deed: Deed, to: Spool
) -> None:
    vault = context.vault
    found = find_rows(session, TABLE, TABLE.c.id, [each.id for each in changes])
    known = {each["id"]: each for each in found}
    private = open_private(session, vault, Member.private_kind, found)
    keys = find_keys(session, vault, [subject_of(each) for each in known], to)
    rows, trail, hashes = [], [], []
    named: dict[int, str] = {}
    for change in changes:
        member_id, after = change.id or 0, change.after
        row: dict[str, Any] = {"id": member_id}
        for name in (*PLAIN, "firm_id"):
            if name in after:
                row[name] = after[name]
        if not after.keys().isdisjoint(PRIVATE):
            merged = private[member_id] | {name: after[name] for name in PRIVATE if name in after}
            row |= private_columns(vault, keys[subject_of(member_id)], merged)
        if "identity_number" in after:
            row["identity_sealed"] = vault.seal_text(after["identity_number"])
            row["identity_hash"] = identity_hash(vault, after["identity_number"])
            hashes.append(row["identity_hash"])
        if "name" in after:
            named[member_id] = after["name"]
        printed = [name for name in certificates.PRINTED_FIELDS if name in after]
        if printed:
            to.noted.append((member_id, printed))
        rows.append(row)
        trail.append(
            change_columns(
                keys[subject_of(member_id)],
                member_id=member_id,
                association_id=known[member_id]["association_id"],
                before=change.before,
                after=after,
                source=IMPORT,
                reason=deed.reason,
                by=deed.by,
                now=deed.now,
            )
        )
    to.expect(TABLE, found)
    to.expect_none(TABLE, "identity_hash", hashes, state="active")
    to.update(TABLE, rows)
    to.update(ACCOUNTS, name_accounts(session, Account.member_id, named))
    to.insert(CHANGES, [each for each in trail if each is not None])


_EMPTY: Mapping[str, Any] = {
    name: None
    if name in DATES
    else []
    if name.endswith("qualifications")
    else NON_PRACTISING
    if name == "kind"
    else ""
    for name in PLAIN
}
"""What a new member has in a column that his row leaves empty."""


def _find_identities(session: Session, hashes: Sequence[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for begin in range(0, len(hashes), AT_A_TIME):
        query = select(Member.identity_hash, Member.id).where(
            Member.identity_hash.in_(hashes[begin : begin + AT_A_TIME]),
            Member.state == "active",
        )
        found |= dict(session.execute(query).tuples().all())
    return found


def _list_certified(session: Session, ids: Sequence[int]) -> Iterator[int]:
    """Those of some members who have a valid certificate."""
    for begin in range(0, len(ids), AT_A_TIME):
        query = select(certificates.Certificate.member_id).where(
            certificates.Certificate.member_id.in_(ids[begin : begin + AT_A_TIME]),
            certificates.Certificate.state == "valid",
        )
        yield from session.scalars(query).all()
