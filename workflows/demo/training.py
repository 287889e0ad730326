"""Training in the demo: classes in every state, sign-ups on their way, hours in the ledger.

They are walked through the released process as people would do it, on days around today's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.completing import hold_task
from engine.engine import Engine
from engine.message_events import send_message
from engine.tasks import Task
from engine.timers import fire_timers
from workflows.demo.cast import GUANGZHOU
from workflows.demo.offices import GUANGDONG, NATIONAL, SHENZHEN, ZHEJIANG
from workflows.shared.accounts import Account
from workflows.shared.associations import Association, ids_below
from workflows.shared.dates import ZONE, local_date
from workflows.shared.enrolments import Enrolment, get_enrolment
from workflows.shared.private import read_private
from workflows.shared.register import NON_PRACTISING, Member, get_member
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.cancelling import cancel_enrolment
from workflows.training_enrolment.places import tell_class_cancelled
from workflows.training_enrolment.signing_up import sign_up

CPA, EMPLOYEE = "cpa", "employee"

STAFF = {
    ZHEJIANG: "zj_training",
    GUANGDONG: "gd_training",
    GUANGZHOU: "gd_training",
    NATIONAL: "cicpa_training",
}
"""Who confirms the sign-ups of an association's classes."""

ANNOUNCEMENT = """各有关单位和个人：

为做好{year}年度继续教育工作，我会定于{days}举办“{name}”。现将有关事项通知如下：

一、培训对象：{audience}。
二、培训地点：{place}。
三、报名：{how}
四、学时：全程参加的计{hours}学时，直接记入学时台账。
五、因故不能参加的，请在开班前取消报名，以便安排候补人员；未取消又未到场的将予以通报。

联系人：{organiser}，{phone}。"""

HERE = "请于{closes}前登录本系统，在“继续教育—培训班报名”中报名；名额有限，报满后列入候补。"
ELSEWHERE = "本系统不受理报名。请于{closes}前在举办单位的网站报名：{address}"
"""How one signs up."""

AUDIENCES = {CPA: "注册会计师", EMPLOYEE: "从业人员", NON_PRACTISING: "非执业会员"}


@dataclass(frozen=True)
class Offer:
    """A class of the demo; days are counted from today.

    `stories`: how far the sign-ups of people came, by their numbers.
    """

    office: str
    name: str
    audience: tuple[str, ...]
    opens: int
    closes: int
    start: int
    days: int = 2
    capacity: int = 100
    hours: int = 1600
    place: str = "杭州市西湖区演示会议中心"
    organiser: str = "浙江省注册会计师协会培训部"
    phone: str = "0571-00000000"
    required_fields: tuple[str, ...] = ()
    outside_url: str = ""
    cancel_reason: str = ""
    stories: Mapping[str, str] = field(default_factory=dict)
    bulk: int = 0


OFFERS = (
    Offer(
        ZHEJIANG,
        "非执业会员继续教育培训班（第二期）",
        (NON_PRACTISING,),
        opens=-12,
        closes=9,
        start=20,
        required_fields=("mobile", "email", "lodging"),
        stories={
            "330000100001": "confirmed",
            "330000100002": "reserved",
            "330000100004": "refused",
            "330000100003": "cancelled",
        },
        bulk=12,
    ),
    Offer(
        ZHEJIANG,
        "企业数据资源会计处理专题讲座",
        (CPA, NON_PRACTISING),
        opens=-15,
        closes=6,
        start=14,
        days=1,
        capacity=8,
        hours=400,
        place="浙江省注册会计师协会五楼多功能厅",
        stories={"330000900002": "confirmed", "330000100005": "waiting"},
        bulk=10,
    ),
    Offer(
        ZHEJIANG,
        "注册会计师职业道德与执业规范专题培训班（第一期）",
        (CPA,),
        opens=-10,
        closes=12,
        start=25,
        days=3,
        capacity=200,
        hours=2400,
        required_fields=("position", "mobile"),
        stories={"330000900001": "reserved", "330000900002": "confirmed"},
    ),
    Offer(
        NATIONAL,
        "“把握可持续信息披露新机遇”专题培训班",
        (CPA, EMPLOYEE, NON_PRACTISING),
        opens=-5,
        closes=14,
        start=21,
        capacity=500,
        place="线上直播",
        organiser="中国注册会计师协会培训部",
        phone="010-00000000",
        required_fields=("mobile",),
    ),
    Offer(
        NATIONAL,
        "委托国家会计学院举办的高级研修班",
        (CPA, NON_PRACTISING),
        opens=-5,
        closes=20,
        start=40,
        days=5,
        capacity=60,
        hours=4000,
        place="北京市（演示地址）",
        organiser="国家会计学院（演示）",
        phone="010-00000000",
        outside_url="https://www.example.com/classes/1",
    ),
    Offer(
        ZHEJIANG,
        "新收入准则与金融工具准则实务培训班",
        (CPA, EMPLOYEE, NON_PRACTISING),
        opens=7,
        closes=25,
        start=35,
        capacity=150,
    ),
    Offer(
        GUANGDONG,
        "粤港澳大湾区注册会计师人才培训班",
        (CPA, EMPLOYEE, NON_PRACTISING),
        opens=-3,
        closes=18,
        start=30,
        days=3,
        capacity=104,
        hours=2400,
        place="广州市越秀区演示酒店",
        organiser="广东省注册会计师协会培训部",
        phone="020-00000000",
        required_fields=("mobile", "lodging", "arrival"),
        stories={"440100100001": "reserved"},
        bulk=20,
    ),
    Offer(
        GUANGZHOU,
        "广州市非执业会员财税政策讲座",
        (NON_PRACTISING,),
        opens=-8,
        closes=3,
        start=8,
        days=1,
        capacity=60,
        hours=400,
        place="广州市天河区演示会议厅",
        organiser="广州注册会计师协会",
        phone="020-00000000",
        stories={"440100100001": "confirmed"},
        bulk=5,
    ),
    Offer(
        SHENZHEN,
        "深圳辖区从事证券服务业务会计师事务所培训班",
        (CPA, EMPLOYEE),
        opens=-20,
        closes=-2,
        start=5,
        capacity=400,
        place="深圳市福田区演示会议中心",
        organiser="深圳市注册会计师协会考试培训部",
        phone="0755-00000000",
    ),
    Offer(
        ZHEJIANG,
        "内部控制审计实务培训班",
        (CPA, NON_PRACTISING),
        opens=-30,
        closes=-6,
        start=-1,
        days=3,
        stories={"330000100006": "confirmed", "330000900001": "confirmed"},
        bulk=6,
    ),
    Offer(
        ZHEJIANG,
        "非执业会员继续教育培训班（第一期）",
        (NON_PRACTISING,),
        opens=-80,
        closes=-55,
        start=-45,
        stories={
            "330000100001": "present",
            "330000100002": "absent",
            "330000100003": "present",
        },
        bulk=8,
    ),
    Offer(
        ZHEJIANG,
        "注册会计师信息技术审计培训班",
        (CPA,),
        opens=-75,
        closes=-50,
        start=-40,
        stories={"330000900001": "present", "330000900002": "present"},
    ),
    Offer(
        ZHEJIANG,
        "税收政策更新专题讲座",
        (CPA, NON_PRACTISING),
        opens=-14,
        closes=5,
        start=10,
        days=1,
        hours=400,
        cancel_reason="授课老师临时有公务，择期另行举办。",
        stories={"330000100001": "reserved"},
    ),
)
SERIES = "CPA文化大讲堂（第{number}期）"
FORMER = 12
"""How many classes of a series were before, so that the list has a second page."""


def add_training(session: Session, engine: Engine, *, now: datetime) -> int:
    """Add the classes with their sign-ups to the seeded demo; returns how many classes.

    The processes must have been released.
    """
    today = local_date(now)
    offices = {code: key for key, code in session.execute(select(Association.id, Association.code))}
    offers = [*_former(), *reversed(OFFERS)]
    for offer in offers:
        class_ = _add_class(session, offer, offices[offer.office], today=today)
        _Signing(session, engine, offer, class_, now).tell()
    return len(offers)


def _former() -> Sequence[Offer]:
    return [
        Offer(
            NATIONAL,
            SERIES.format(number=40 - ago),
            (CPA, NON_PRACTISING),
            opens=-30 * ago - 60,
            closes=-30 * ago - 40,
            start=-30 * ago - 30,
            days=1,
            capacity=500,
            hours=300,
            place="线上直播",
            organiser="中国注册会计师协会培训部",
            phone="010-00000000",
        )
        for ago in range(FORMER, 0, -1)
    ]


def _add_class(
    session: Session, offer: Offer, association_id: int, *, today: date
) -> TrainingClass:
    def day(count: int) -> date:
        return today + timedelta(days=count)

    start, end = day(offer.start), day(offer.start + offer.days - 1)
    found = TrainingClass(
        association_id=association_id,
        year=start.year,
        name=offer.name,
        organiser=offer.organiser,
        organiser_phone=offer.phone,
        audience=list(offer.audience),
        opens_date=day(offer.opens),
        closes_date=day(offer.closes),
        start_date=start,
        end_date=end,
        start_time=time(9),
        planned=offer.capacity,
        capacity=offer.capacity,
        place=offer.place,
        hours=offer.hours,
        required_fields=list(offer.required_fields),
        announcement=_announce(offer, start, end, day(offer.closes)),
        outside_url=offer.outside_url,
        # What opens only later was announced all the same.
        created_at=datetime.combine(day(min(offer.opens - 5, -1)), time(10), ZONE),
    )
    session.add(found)
    session.flush()
    return found


def _announce(offer: Offer, start: date, end: date, closes: date) -> str:
    def say(day: date) -> str:
        return f"{day.year}年{day.month}月{day.day}日"

    how = (ELSEWHERE if offer.outside_url else HERE).format(
        closes=say(closes), address=offer.outside_url
    )
    return ANNOUNCEMENT.format(
        year=start.year,
        days=say(start) if start == end else f"{say(start)}至{say(end)}",
        name=offer.name,
        audience="、".join(AUDIENCES[each] for each in offer.audience),
        place=offer.place,
        how=how,
        hours=f"{offer.hours / 100:g}",
        organiser=offer.organiser,
        phone=offer.phone,
    )


@dataclass
class _Signing:
    """The sign-ups of one class on their way, from the day after sign-up opened."""

    session: Session
    engine: Engine
    offer: Offer
    training_class: TrainingClass
    now: datetime

    def tell(self) -> None:
        """Let everybody of the offer sign up, and what happened to them happen."""
        if not self.offer.stories and not self.offer.bulk:
            return
        at = datetime.combine(self.training_class.opens_date, time(9, 30), ZONE)
        signed: list[tuple[Enrolment, str]] = []
        for number, story in self._people():
            at += timedelta(minutes=7)
            member = self._get_member(number)
            signed.append((self._sign_up(member, at), story))
        at += timedelta(minutes=30)
        for enrolment, story in signed:
            at += timedelta(minutes=2)
            self._decide(enrolment, story, at)
        if self.offer.cancel_reason:
            self._cancel_class([each for each, _story in signed], at + timedelta(hours=1))
        self._hold_class(signed)

    def _people(self) -> list[tuple[str, str]]:
        """Numbers and stories: unnamed members first, who fill a small class."""
        named = list(self.offer.stories.items())
        placed = [each for each in named if each[1] != "waiting"]
        late = [each for each in named if each[1] == "waiting"]
        room = self.offer.capacity - len(placed)
        bulk = [(each, "reserved") for each in self._find_bulk()]
        if room < len(bulk):
            return [*placed, *bulk[:room], *late, *((each, "waiting") for each, _ in bulk[room:])]
        stories: tuple[str, ...]
        if self.offer.start > 0:
            stories = ("reserved", "confirmed", "reserved", "confirmed")
        else:
            stories = ("present",) if self.offer.start + self.offer.days <= 0 else ("confirmed",)
        return [
            *placed,
            *((each, stories[place % len(stories)]) for place, (each, _) in enumerate(bulk)),
        ]

    def _find_bulk(self) -> list[str]:
        query = (
            select(Member.number)
            .where(
                Member.association_id.in_(
                    ids_below(self.session, [self.training_class.association_id])
                ),
                Member.kind == NON_PRACTISING,
                Member.state == "active",
                # Who has a name in the demo has a story of his own.
                Member.number.not_like("%1000__"),
            )
            .order_by(Member.number.desc())
            .limit(self.offer.bulk)
        )
        return list(self.session.scalars(query))

    def _get_member(self, number: str) -> Member:
        return self.session.scalars(select(Member).where(Member.number == number)).one()

    def _sign_up(self, member: Member, at: datetime) -> Enrolment:
        private = read_private(self.session, self.engine.vault, member)
        known: dict[str, Any] = {
            "position": member.position or "会计",
            "mobile": private["mobile"],
            "email": private["email"],
            "lodging": "none",
            "arrival": self.training_class.start_date.isoformat(),
        }
        asked = self.training_class.required_fields
        return sign_up(
            self.session,
            self.engine,
            training_class=self.training_class,
            person=member,
            answers={name: known[name] for name in asked},
            by=self._actor_of(member),
            firm_id=None,
            now=at,
        )

    def _decide(self, enrolment: Enrolment, story: str, at: datetime) -> None:
        if story in ("confirmed", "present", "absent"):
            self._complete(enrolment, "confirm", {}, at)
        elif story == "refused":
            self._complete(enrolment, "refuse", {"reason": "本期名额优先安排学时未满的会员。"}, at)
        elif story == "cancelled":
            member = get_member(self.session, enrolment.person_id)
            cancel_enrolment(
                self.session,
                self.engine,
                enrolment=enrolment,
                reason="当日有其他工作安排。",
                by=self._actor_of(member),
                now=at,
            )

    def _complete(
        self, enrolment: Enrolment, outcome: str, values: Mapping[str, Any], at: datetime
    ) -> None:
        task = self.session.scalars(
            select(Task).where(Task.case_id == enrolment.case_id, Task.state == "open")
        ).one()
        login = STAFF[self.offer.office]
        by = self.session.scalars(select(Account).where(Account.login == login)).one().actor
        hold_task(self.session, self.engine, task.id).complete(
            outcome=outcome, values=values, by=by, now=at
        )

    def _cancel_class(self, signed: Sequence[Enrolment], at: datetime) -> None:
        at = min(at, self.now)
        self.training_class.cancelled_at = at
        self.training_class.cancel_reason = self.offer.cancel_reason
        self.session.flush()
        tell_class_cancelled(self.session, self.training_class, at)
        for each in signed:
            send_message(
                self.session,
                self.engine,
                case_id=each.case_id,
                name="class_cancelled",
                key=str(self.training_class.id),
                by=self._office_actor(),
                now=at,
            )

    def _hold_class(self, signed: Sequence[tuple[Enrolment, str]]) -> None:
        """Let the class begin and end, where its days are past."""
        if self.training_class.begins_at > self.now or self.offer.cancel_reason:
            return
        begins, ends = self.training_class.begins_at, self.training_class.ends_at
        for enrolment, story in signed:
            self._fire(enrolment, begins)
            if story not in ("present", "absent"):
                continue
            row = get_enrolment(self.session, enrolment.id)
            row.attendance, row.attendance_at = story, begins + timedelta(minutes=5)
            self.session.flush()
            send_message(
                self.session,
                self.engine,
                case_id=row.case_id,
                name="attendance_recorded",
                key=str(row.id),
                by=self._office_actor(),
                now=begins + timedelta(minutes=5),
            )
            if ends <= self.now:
                self._fire(enrolment, ends)

    def _fire(self, enrolment: Enrolment, at: datetime) -> None:
        fire_timers(self.session, self.engine, at, case_id=str(enrolment.case_id))

    def _office_actor(self) -> Actor:
        login = STAFF[self.offer.office]
        return self.session.scalars(select(Account).where(Account.login == login)).one().actor

    def _actor_of(self, member: Member) -> Actor:
        query = select(Account).where(Account.member_id == member.id)
        return self.session.scalars(query).one().actor
