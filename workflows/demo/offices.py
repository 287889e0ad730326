"""The demo's associations: Guangdong as its manual lists it, the others as examples."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy.orm import Session

from workflows.shared.associations import Association

NATIONAL = "100000"
GUANGDONG = "440000"
SHENZHEN = "440300"
ZHEJIANG = "330000"


class Office(NamedTuple):
    """An association with its public office. `code` is its region's code in GB/T 2260."""

    code: str
    name: str
    name_en: str
    area: str
    area_en: str
    level: str
    parent: str | None
    address: str
    telephone: str


_GUANGDONG_CITIES = """
440100|广州|Guangzhou|广州市天河区体育西路191号中石化大厦B塔4302|020-38922350
440400|珠海|Zhuhai|珠海市香洲区康宁路16-18号|0756-2529357
440500|汕头|Shantou|汕头市龙湖区长平路11街区财政大楼1307室|0754-88175007
440200|韶关|Shaoguan|韶关市工业西路26号山水华府旭月园一栋6楼|0751-8177083
440600|佛山|Foshan|佛山市禅城区东平二路3号滨海御庭1区4座2701|0757-83939165
440700|江门|Jiangmen|江门市华园中路21号(市财政局9楼)|0750-3507073
440800|湛江|Zhanjiang|湛江市赤坎康顺路46号|0759-3220633
440900|茂名|Maoming|茂名市双山三路13号大院|0668-3391696
441200|肇庆|Zhaoqing|肇庆市信安四路8号肇庆市财政局402室|0758-2229343
445100|潮州|Chaozhou|潮州大道南市财政大楼401|0768-2396302
445200|揭阳|Jieyang|揭阳市榕城区建阳路华美商业广场85号|0663-8215580
441500|汕尾|Shanwei|汕尾市城区汕尾大道中段市财政局二楼|0660-3340498
441300|惠州|Huizhou|惠州市江北文华一路6号市财政局9楼|0752-2881796
441400|梅州|Meizhou|梅州市梅江区嘉应中路18号|0753-2122996
441700|阳江|Yangjiang|阳江市石湾北路225号财政局|0662-3412126
441900|东莞|Dongguan|东莞市南城区胜和路3号胜和广场B栋10楼10B|0769-22990059 22995509
442000|中山|Zhongshan|中山市东区岐关西路39号之一会计大厦二楼注协办公室|0760-88818072
441800|清远|Qingyuan|清远市新城北江二路市财政局1001室|0763-3877992
441600|河源|Heyuan|河源市源城区益民街9号市财政局3楼|0762-3388326
445300|云浮|Yunfu|云浮市云城区金山路82号市财政局1楼102室|0766-8331907
"""


def all_offices() -> list[Office]:
    """Every association of the demo, those above before those below."""
    return [
        Office(
            NATIONAL,
            "中国注册会计师协会",
            "Chinese Institute of Certified Public Accountants",
            "全国",
            "China",
            "national",
            None,
            "北京市（演示地址）",
            "010-88250337 88250338",
        ),
        Office(
            GUANGDONG,
            "广东省注册会计师协会",
            "Guangdong Institute of Certified Public Accountants",
            "省注协",
            "Guangdong",
            "provincial",
            NATIONAL,
            "广州市东风中路481号粤财大厦17、18楼",
            "020-83063710",
        ),
        *(_city(line) for line in _GUANGDONG_CITIES.strip().splitlines()),
        Office(
            SHENZHEN,
            "深圳市注册会计师协会",
            "Shenzhen Institute of Certified Public Accountants",
            "深圳",
            "Shenzhen",
            "provincial",
            NATIONAL,
            "深圳市（演示地址）",
            "0755-83515412",
        ),
        Office(
            ZHEJIANG,
            "浙江省注册会计师协会",
            "Zhejiang Institute of Certified Public Accountants",
            "浙江",
            "Zhejiang",
            "provincial",
            NATIONAL,
            "杭州市（演示地址）",
            "0571-00000000",
        ),
    ]


def add_offices(session: Session, offices: Iterable[Office]) -> dict[str, int]:
    """Write associations, those above before those below; returns their keys by code."""
    ids: dict[str, int] = {}
    for office in offices:
        row = Association(
            code=office.code,
            name=office.name,
            name_en=office.name_en,
            area=office.area,
            area_en=office.area_en,
            level=office.level,
            parent_id=None if office.parent is None else ids[office.parent],
            region_code=office.code,
            address=office.address,
            telephone=office.telephone,
        )
        session.add(row)
        session.flush()
        ids[office.code] = row.id
    return ids


def _city(line: str) -> Office:
    code, area, area_en, address, telephone = line.split("|")
    return Office(
        code,
        f"{area}市注册会计师协会",
        f"{area_en} Institute of Certified Public Accountants",
        area,
        area_en,
        "municipal",
        GUANGDONG,
        address,
        telephone,
    )
