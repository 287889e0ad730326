"""Storing: small, of constant size, and the same as if it had never been stored."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest

from engine.spiff import Instance, StateNotUnderstood, codec, read_model
from tests.engine.spiff.drawing import (
    boundary,
    call,
    catch,
    choice,
    diagram,
    end,
    flow,
    flows,
    parallel,
    race,
    script,
    service,
    start,
    user,
)
from tests.engine.spiff.running import BEGINNING, Answer, Driven, done, later, model_of

REVIEW = diagram(
    start(),
    script("begin", "who", "of"),
    user("decide"),
    boundary("urged", "decide", "urge", interrupting=False),
    end(),
    end("e2"),
    flows("start begin decide end", "urged e2"),
    process="review",
)
INSPECTION = diagram(
    start(),
    choice("again"),
    user("fill"),
    boundary("withdrawn", "fill", "withdraw"),
    boundary("reminded", "fill", interrupting=False, after="P7D"),
    script("count", "round + 1", "round"),
    service("compare", "photo.compare", {"no": "=subject"}, {"ok": "=match"}),
    call("review", "review", {"who": "=subject"}, {"outcome": "=decision"}),
    boundary("recalled", "review", "recall"),
    user("reconsider"),
    choice("approved", "approved__record"),
    service("record", "results.record"),
    boundary("failed", "record", code="NOFEE"),
    user("fix"),
    end(),
    end("e2"),
    end("e3"),
    end("e4"),
    flows(
        "start again fill count compare review approved record end",
        "withdrawn e2",
        "reminded e3",
        "failed fix e4",
        "recalled reconsider again",
    ),
    flow("approved", "again", 'outcome = "return"'),
)
OPERATIONS = {"photo.compare": later, "results.record": done()}


@pytest.mark.parametrize("rounds", [30, 199])
def test_a_case_that_went_round_many_times_is_as_large_as_a_new_one(rounds):
    case = Driven(
        model_of(INSPECTION, REVIEW), {"subject": "330", "round": 0}, operations=OPERATIONS
    )
    for number in range(rounds):
        case.complete("fill").finish("compare", match=True)
        case.complete("decide", decision="return" if number < rounds - 1 else "approve")

    assert case.is_ended
    assert case.variables["round"] == rounds
    assert max(case.sizes[3:]) - max(case.sizes[:3]) < 60
    assert max(case.sizes) < 800


def test_a_branch_that_goes_round_beside_another_stays_small():
    drawn = diagram(
        start(),
        parallel("split"),
        user("other"),
        choice("again"),
        user("ask"),
        choice("more", "more__join"),
        parallel("join"),
        end(),
        flows("start split other join end", "split again ask more join"),
        flow("more", "again", "go = true"),
    )
    case = Driven(model_of(drawn))
    for _ in range(600):
        case.complete("ask", go=True)
    case.complete("ask", go=False).complete("other")

    assert case.is_ended
    assert max(case.sizes) < 400


def test_an_ended_case_stores_nothing_and_loads_as_ended():
    model = model_of(diagram(start(), user("fill"), end(), flows("start fill end")))
    case = Driven(model).complete("fill")

    assert case.instance.dump() == b""
    loaded = Instance.load(model, b"", run_operation=later, now=case.now)
    assert loaded.is_ended
    assert (loaded.open_tasks, loaded.waits, loaded.dump()) == ([], [], b"")


def test_ids_stay_the_same():
    case = Driven(model_of(INSPECTION, REVIEW), {"subject": "1", "round": 0}, operations=OPERATIONS)
    before = case.instance.open_tasks + case.instance.waits

    case.reload()

    assert case.instance.open_tasks + case.instance.waits == before


@pytest.mark.parametrize(
    "state",
    [
        b"{}",
        b"[]",
        b"null",
        b"garbage",
        b"[1]",
        b"[99, {}, [], []]",
        b"[1, {}, [[]], []]",
        b'[1,{},[["00000000000000000000000000000001",-1,16,"elsewhere"]],[]]',
        b'[1,{},[["00000000000000000000000000000001",5,16,"fill"]],[]]',
        b'[1,{},[["x",-1,16,"fill"]],[]]',
        b'[1,{},[["00000000000000000000000000000001",-1,4,"fill"]],[]]',
        b'[1,{},[],[["00000000000000000000000000000001","review",{},[]]]]',
        b"[1,[],[],[]]",
        b"\xff\xfe",
    ],
)
def test_state_that_does_not_belong_here_is_refused(state):
    with pytest.raises(StateNotUnderstood, match="cannot be read"):
        Instance.load(model_of(INSPECTION, REVIEW), state, run_operation=later, now=BEGINNING)


def test_state_says_its_version_first():
    case = Driven(model_of(INSPECTION, REVIEW), {"subject": "1", "round": 0}, operations=OPERATIONS)

    assert orjson.loads(case.instance.dump())[0] == 1


GOLDEN = {
    "filling": (
        b'[1,{"subject":"330","round":0},[["00000000000000000000000000000001",-1,64,":guard:fill"],'
        b'["00000000000000000000000000000002",0,16,"fill"],'
        b'["00000000000000000000000000000003",0,8,"withdrawn"],'
        b'["00000000000000000000000000000004",0,8,"reminded",'
        b'{"due_at":"2026-11-08T08:00:00+00:00"}]],[]]'
    ),
    "comparing": (
        b'[1,{"subject":"330","round":1},[["00000000000000000000000000000001",-1,32,"compare",'
        b'{"inputs":{"no":"330"}}]],[]]'
    ),
    "reviewing": (
        b'[1,{"subject":"330","round":1,"ok":true},'
        b'[["00000000000000000000000000000001",-1,64,":guard:review"],'
        b'["00000000000000000000000000000002",0,32,"review"],'
        b'["00000000000000000000000000000003",0,8,"recalled"]],'
        b'[["00000000000000000000000000000002","review",{"who":"330","of":"330"},'
        b'[["00000000000000000000000000000004",-1,64,":guard:decide"],'
        b'["00000000000000000000000000000005",0,16,"decide"],'
        b'["00000000000000000000000000000006",0,8,"urged"]]]]]'
    ),
}
"""State of version 1, as it was written when that was the version."""


@pytest.mark.parametrize("step", GOLDEN)
def test_state_of_version_1_is_read_and_goes_on(step):
    case = Driven(model_of(INSPECTION, REVIEW), {"subject": "", "round": 0}, operations=OPERATIONS)
    case.instance = Instance.load(
        case.model, GOLDEN[step], run_operation=case.run_operation, now=case.now
    )
    assert case.instance.dump() == GOLDEN[step]

    if case.open == ["fill"]:
        assert case.waits == ["reminded", "withdrawn"]
        case.complete("fill")
    if case.started == ["compare"]:
        case.finish("compare", match=True)
    assert case.waits == ["recalled", "urged"]
    case.complete("decide", decision="approve")

    assert case.end_event == "end"
    assert case.variables == {"subject": "330", "round": 1, "ok": True, "outcome": "approve"}


def test_older_state_is_brought_up_version_by_version(monkeypatch):
    monkeypatch.setattr(codec, "VERSION", 3)
    monkeypatch.setattr(
        codec,
        "MIGRATIONS",
        {
            1: lambda old: [2, {**old[1], "two": True}, *old[2:]],
            2: lambda old: [3, {**old[1], "three": old[1]["two"]}, *old[2:]],
        },
    )

    loaded = Instance.load(
        model_of(INSPECTION, REVIEW), GOLDEN["comparing"], run_operation=later, now=BEGINNING
    )

    assert loaded.variables == {"subject": "330", "round": 1, "two": True, "three": True}
    assert orjson.loads(loaded.dump())[0] == 3


def test_cases_and_threads_share_one_model():
    model = model_of(INSPECTION, REVIEW)

    def run(number):
        case = Driven(model, {"subject": str(number), "round": 0}, operations=OPERATIONS)
        for round_ in range(number % 5 + 1):
            case.complete("fill").finish("compare", match=number % 2 == 0)
            case.complete("decide", decision="return" if round_ < number % 5 else "approve")
        return case.end_event, case.variables["subject"], case.variables["round"]

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(run, range(64)))

    assert results == [("end", str(number), number % 5 + 1) for number in range(64)]


# The same as if it had never been stored


class Anything(dict[str, Answer]):
    """Every operation there may be: its result comes later."""

    def __missing__(self, name):
        return later


def first(waiting, element_id):
    return next(each for each in waiting if each.element_id == element_id)


TIMES = dict.fromkeys(("remind_at", "begins_at", "ends_at"), "2022-03-01T09:00:00+08:00")
"""What timers of shipped processes wait for: operations look it up, callers hand it on."""


def walk(case, chance):
    """Do something by chance until the case has ended, and tell what was seen on the way."""
    seen = []
    for _ in range(60):
        seen.append((case.open, case.started, case.waits, dict(case.variables)))
        if case.is_ended:
            break
        ways = [("complete", each) for each in case.open]
        ways += [("finish", each) for each in case.started]
        ways += [("fail", each) for each in case.started]
        ways += [("send", each) for each in sorted({w.name for w in case.instance.waits if w.name})]
        ways += [("wait", "")] if any(w.due_at for w in case.instance.waits) else []
        what, name = chance.choice(ways)
        number = chance.randrange(4)
        match what:
            case "complete":
                task = first(case.instance.open_tasks, name)
                case.instance.complete_task(task.id, {"x": number, f"v_{name}": number})
                case.rest()
            case "finish":
                operation = first(case.instance.started_operations, name)
                case.instance.finish_operation(operation.id, {"ok": number, **TIMES})
                case.rest()
            case "fail":
                operation = first(case.instance.started_operations, name)
                case.instance.raise_error(operation.id, chance.choice(["E", "F"]))
                case.rest()
            case "send":
                case.send(name, amount=number)
            case "wait":
                case.wait(days=chance.randrange(1, 9))
    return seen, case.trail, case.end_event


def assert_storing_changes_nothing(model, seed, variables=None):
    results = [
        walk(
            Driven(model, variables, operations=Anything(OPERATIONS), is_stored=is_stored),
            random.Random(seed),
        )
        for is_stored in (True, False)
    ]

    assert results[0] == results[1]


@pytest.mark.parametrize("seed", range(60))
def test_storing_after_each_step_changes_nothing(seed):
    variables = {"subject": "330", "round": 0}
    assert_storing_changes_nothing(model_of(INSPECTION, REVIEW), seed, variables)


class Drawer:
    """Draws a process at random out of blocks that fit into each other."""

    def __init__(self, chance):
        self.chance = chance
        self.parts = []
        self.number = 0

    def name(self, kind):
        self.number += 1
        return f"{kind}_{self.number}"

    def add(self, *parts):
        self.parts += parts

    def block(self, depth):
        """Draw something with one way in and one way out; gives its first and last step."""
        simple = [self.user, self.script, self.service, self.call, self.catch]
        nested = [self.sequence, self.choose, self.split, self.loop, self.race, self.guarded]
        return self.chance.choice(simple if depth == 0 else simple + nested * 2)(depth)

    def single(self, part, name):
        self.add(part)
        return name, name

    def user(self, depth):
        name = self.name("user")
        return self.single(user(name), name)

    def script(self, depth):
        name = self.name("script")
        variable = self.chance.choice("xyz")
        return self.single(script(name, f"{self.number} + {variable}", variable), name)

    def service(self, depth):
        name = self.name("service")
        return self.single(service(name, "op", {"x": "=x"}, {"y": "=ok"}), name)

    def call(self, depth):
        name = self.name("call")
        return self.single(call(name, "child", {"of": "=x"}, {"z": "=x"}), name)

    def catch(self, depth):
        name = self.name("catch")
        event = self.chance.choice(
            [{"message": f"m{self.number % 3}", "outputs": {"y": "=amount"}}, {"after": "P2D"}]
        )
        return self.single(catch(name, **event), name)

    def sequence(self, depth):
        first, last = self.block(depth - 1)
        for _ in range(self.chance.randrange(1, 3)):
            entry, after = self.block(depth - 1)
            self.add(flow(last, entry))
            last = after
        return first, last

    def choose(self, depth):
        which, merged = self.name("choice"), self.name("merge")
        self.add(choice(which, f"{which}__{merged}"), choice(merged), flow(which, merged))
        for number in range(self.chance.randrange(1, 3)):
            first, last = self.block(depth - 1)
            self.add(flow(which, first, f"x = {number}"), flow(last, merged))
        return which, merged

    def split(self, depth):
        split, join = self.name("split"), self.name("join")
        self.add(parallel(split), parallel(join))
        for _ in range(self.chance.randrange(2, 4)):
            first, last = self.block(depth - 1)
            self.add(flow(split, first), flow(last, join))
        return split, join

    def loop(self, depth):
        again, more = self.name("again"), self.name("more")
        rest, _ = self.user(0)
        first, last = self.block(depth - 1)
        out = self.name("out")
        self.add(choice(again), choice(more, f"{more}__{out}"), choice(out), flow(more, out))
        self.add(flow(again, rest), flow(rest, first), flow(last, more))
        self.add(flow(more, again, "x > 1"))
        return again, out

    def race(self, depth):
        first, merged = self.name("race"), self.name("merge")
        paid, late = self.name("paid"), self.name("late")
        self.add(race(first), choice(merged), catch(paid, "m1", {"y": "=amount"}))
        self.add(catch(late, after="P3D"), flow(first, paid), flow(first, late))
        for event in (paid, late):
            entry, after = self.block(depth - 1)
            self.add(flow(event, entry), flow(after, merged))
        return first, merged

    def guarded(self, depth):
        host, _ = self.chance.choice([self.user, self.service, self.call])(0)
        merged = self.name("merge")
        self.add(choice(merged), flow(host, merged))
        kinds = [
            {"message": "m2"}, {"after": "P5D"}, {"message": "m0", "interrupting": False},
            {"after": "P1D", "interrupting": False}, {"every": "R2/P1D", "interrupting": False},
        ]  # fmt: skip
        if host.startswith("service"):
            kinds += [{"code": "E"}, {"code": None}]
        for kind in self.chance.sample(kinds, self.chance.randrange(1, 4)):
            event = self.name("on")
            entry, after = self.block(depth - 1)
            self.add(boundary(event, host, **kind), flow(event, entry))
            if kind.get("interrupting", True):
                self.add(flow(after, merged))
            else:
                ended = self.name("end")
                self.add(end(ended), flow(after, ended))
        return host, merged


CHILD = diagram(
    start(),
    script("take", "of", "x"),
    user("answer"),
    boundary("told", "answer", "m1", outputs={"x": "=amount"}),
    end(),
    end("e2"),
    flows("start take answer end", "told e2"),
    process="child",
)


@pytest.mark.parametrize("seed", range(150))
def test_storing_changes_nothing_in_any_process(seed):
    drawer = Drawer(random.Random(seed))
    first, last = drawer.block(3)
    drawer.add(start(), end(), flow("start", first), flow(last, "end"))
    model = model_of(diagram(*drawer.parts), CHILD)

    for walked in range(3):
        assert_storing_changes_nothing(model, walked, {"x": 1, "y": 2, "z": 3})


SHIPPED = Path(__file__).parents[3] / "bpmn"


@pytest.mark.parametrize("process", sorted(each.name for each in SHIPPED.iterdir()))
def test_storing_changes_nothing_in_a_process_as_shipped(process):
    documents = {
        path.name: path.read_bytes()
        for pattern in ("*/*.bpmn", "*/*.dmn")
        for path in SHIPPED.glob(pattern)
    }
    model = read_model(
        process,
        {name: each for name, each in documents.items() if name.endswith(".bpmn")},
        {name: each for name, each in documents.items() if name.endswith(".dmn")},
    )
    outcomes = {f"{step}_outcome": "submit" for _, step in model.forms}

    for seed in range(40):
        assert_storing_changes_nothing(model, seed, {**outcomes, **TIMES})
