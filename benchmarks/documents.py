"""Documents: what a certificate costs once the process that makes them is warm, and a thousand.

One after another, and as an archive has them made: two side by side, in the background. Meanwhile
somebody asks for a single one now and then, who goes first.

The certificate is the shipped one, with a photo of the size that the rules ask for. Seconds of the
processor are those of the process that makes documents, read from the system, so that other work
on the machine does not count.
"""

import io
import os
import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from PIL import Image

from benchmarks.figures import Figure
from engine.write_queue import in_no_hurry
from workflows.member_certificate.documents import template
from workflows.shared.documents import MAKERS, Documents, Plain
from workflows.shared.pictures_of import png_of
from workflows.shared.qr_codes import svg_of

FONTS = Path(__file__).parents[1] / "web" / "static" / "dist"
CERTIFICATES = 1000
PICTURES = 20
BETWEEN = 2.0
"""Seconds between two documents that somebody waits for."""

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英建华文辉玲志永健思源"


def measure() -> list[Figure]:
    """The first document, one after another of a thousand certificates, and their pictures."""
    documents, photo = Documents(FONTS), _photo()
    began = time.perf_counter()
    _make(documents, 0, photo)
    first = time.perf_counter() - began
    pid = _find_process()
    times, sizes, made = [], [], b""
    cpu = _cpu_seconds(pid)
    for number in range(CERTIFICATES):
        began = time.perf_counter()
        made = _make(documents, number, photo)
        times.append(time.perf_counter() - began)
        sizes.append(len(made))
    cpu = _cpu_seconds(pid) - cpu
    memory = _most_memory(pid)
    together, single = _make_many(documents, photo)
    documents.close()
    began = time.perf_counter()
    for _number in range(PICTURES):
        png = png_of(made)
    picture = (time.perf_counter() - began) / PICTURES
    slow = statistics.quantiles(times, n=100)[94]
    return [
        Figure("first document, with its process", first * 1000, "ms"),
        Figure("certificate warm, median", statistics.median(times) * 1000, "ms"),
        Figure("certificate warm, p95", slow * 1000, "ms"),
        Figure("certificate warm, processor", cpu / CERTIFICATES * 1000, "ms"),
        Figure("1000 certificates one after another", sum(times), "s"),
        Figure("1000 certificates as for an archive", together, "s"),
        Figure("single certificate meanwhile, median", statistics.median(single) * 1000, "ms"),
        Figure("single certificate meanwhile, longest", max(single) * 1000, "ms"),
        Figure("memory of the process, most", memory, "MB"),
        Figure("certificate as PDF", statistics.median(sizes) / 1024, "KB"),
        Figure("picture of a certificate, 200 dpi", picture * 1000, "ms"),
        Figure("certificate as PNG", len(png) / 1024, "KB"),
    ]


def _make_many(documents: Documents, photo: bytes) -> tuple[float, list[float]]:
    """Seconds of a thousand in the background, and of each that somebody waits for meanwhile."""

    def make(number: int) -> None:
        with in_no_hurry():
            _make(documents, number, photo)

    single: list[float] = []
    began = time.perf_counter()
    with ThreadPoolExecutor(MAKERS) as threads:
        made = [threads.submit(make, number) for number in range(CERTIFICATES)]
        while not all(each.done() for each in made):
            asked = time.perf_counter()
            _make(documents, CERTIFICATES, photo)
            single.append(time.perf_counter() - asked)
            time.sleep(BETWEEN)
    return time.perf_counter() - began, single


def _make(documents: Documents, number: int, photo: bytes) -> bytes:
    chosen = random.Random(number)
    name = chosen.choice(SURNAMES) + "".join(chosen.sample(GIVEN, 2))
    values: dict[str, Plain] = {
        "office": "广东省注册会计师协会",
        "name": name,
        "sex": "女",
        "member_number": f"44000000{number:04d}",
        "admission_date": "2012年9月6日",
        "number": f"44000000{number:04d}-01",
        "issued_date": "2026年11月21日",
    }
    code = svg_of(f"https://huiji.example.org/v/{chosen.randbytes(20).hex()}")
    return documents.make(
        template(),
        values,
        title=f"会员证 44000000{number:04d}-01",
        author="广东省注册会计师协会",
        dated=date(2026, 11, 21),
        pictures={"photo": photo, "code": code},
    )


def _photo() -> bytes:
    noise = random.Random(1).randbytes(60 * 74 * 3)
    picture = Image.frombytes("RGB", (60, 74), noise).resize((178, 220))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=75, dpi=(96, 96))
    return target.getvalue()


def _find_process() -> int:
    """The process that makes documents: the only child of this one."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return int(children[-1])


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _most_memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (most,) = (line for line in lines if line.startswith("VmHWM"))
    return int(most.split()[1]) / 1024
