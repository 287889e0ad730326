"""The lists that forms refer to by name: nations, identity types, education and the like.

Values are numbers of the national standards where other systems exchange them (GB/T 3304 nations,
GB/T 2261.1 sexes, GB/T 2260 regions) and English words elsewhere. A label is a Chinese text and an
English one.
"""

from collections.abc import Callable
from functools import cache
from typing import Literal

from forms.options import Option
from forms.regions import all_provinces

Language = Literal["zh", "en"]

_SEXES = "1 男 Male|2 女 Female"

# In the order of GB/T 3304, whose numbers are 01 to 56.
_NATIONS = """
汉族 Han|蒙古族 Mongol|回族 Hui|藏族 Tibetan|维吾尔族 Uyghur|苗族 Miao|彝族 Yi|壮族 Zhuang
布依族 Buyei|朝鲜族 Korean|满族 Manchu|侗族 Dong|瑶族 Yao|白族 Bai|土家族 Tujia|哈尼族 Hani
哈萨克族 Kazakh|傣族 Dai|黎族 Li|傈僳族 Lisu|佤族 Va|畲族 She|高山族 Gaoshan|拉祜族 Lahu
水族 Sui|东乡族 Dongxiang|纳西族 Naxi|景颇族 Jingpo|柯尔克孜族 Kyrgyz|土族 Tu|达斡尔族 Daur
仫佬族 Mulao|羌族 Qiang|布朗族 Blang|撒拉族 Salar|毛南族 Maonan|仡佬族 Gelao|锡伯族 Xibe
阿昌族 Achang|普米族 Pumi|塔吉克族 Tajik|怒族 Nu|乌孜别克族 Uzbek|俄罗斯族 Russian
鄂温克族 Ewenki|德昂族 Deang|保安族 Bonan|裕固族 Yugur|京族 Gin|塔塔尔族 Tatar|独龙族 Derung
鄂伦春族 Oroqen|赫哲族 Hezhen|门巴族 Monba|珞巴族 Lhoba|基诺族 Jino
"""

_IDENTITY_TYPES = """
identity_card 居民身份证 Resident identity card
residence_permit 港澳台居民居住证 Residence permit for Hong Kong, Macao and Taiwan residents
hk_macao_permit 港澳居民来往内地通行证 Mainland travel permit for Hong Kong and Macao residents
taiwan_permit 台湾居民来往大陆通行证 Mainland travel permit for Taiwan residents
passport 护照 Passport
permanent_residence 外国人永久居留身份证 Foreign permanent resident identity card
officer_card 军官证 Officer's card
"""

_POLITICAL_STATUSES = """
party_member 中共党员 Member of the Communist Party of China
probationary_party_member 中共预备党员 Probationary member of the Communist Party of China
league_member 共青团员 Member of the Communist Youth League
rcckmt 民革党员 Member of the Revolutionary Committee of the Kuomintang
cdl 民盟盟员 Member of the China Democratic League
cndca 民建会员 Member of the China National Democratic Construction Association
capd 民进会员 Member of the China Association for Promoting Democracy
cpwdp 农工党党员 Member of the Chinese Peasants' and Workers' Democratic Party
zhi_gong 致公党党员 Member of the China Zhi Gong Party
jiusan 九三学社社员 Member of the Jiusan Society
tdsgl 台盟盟员 Member of the Taiwan Democratic Self-Government League
independent 无党派人士 Independent
masses 群众 None
"""

_EDUCATION_LEVELS = """
doctorate 博士研究生 Doctorate
master 硕士研究生 Master's programme
bachelor 大学本科 Bachelor's programme
junior_college 大学专科 Junior college
secondary_vocational 中等职业教育 Secondary vocational school
high_school 普通高中 Senior high school
junior_high 初中 Junior high school
other 其他 Other
"""

_DEGREES = """
doctor 博士 Doctor
master 硕士 Master
bachelor 学士 Bachelor
none 无学位 None
"""

_EMPLOYER_KINDS = """
government 党政机关 Government
public_institution 事业单位 Public institution
state_owned 国有企业 State-owned enterprise
private 民营企业 Private enterprise
foreign_invested 外商投资企业 Foreign-invested enterprise
accounting_firm 会计师事务所 Accounting firm
social_organisation 社会组织 Social organisation
unemployed 未就业 Not employed
retired 退休 Retired
other 其他 Other
"""

_PROFESSIONAL_TITLES = """
senior 正高级 Senior
associate_senior 副高级 Associate senior
intermediate 中级 Intermediate
junior 初级 Junior
none 无 None
"""

_DOMESTIC_QUALIFICATIONS = """
tax_agent 税务师 Tax agent
cost_engineer 工程造价师 Cost engineer
asset_appraiser 资产评估师 Asset appraiser
real_estate_appraiser 房地产评估师 Real estate appraiser
securities 证券从业资格 Securities practice
funds 基金从业资格 Fund practice
banking 银行业从业资格 Banking practice
actuary 精算师 Actuary
constructor 建造师 Constructor
lawyer 律师 Lawyer
other 其他 Other
"""

_INTERNATIONAL_QUALIFICATIONS = """
acca 国际注册会计师(ACCA) Chartered Certified Accountant (ACCA)
cma 美国注册管理会计师(CMA) Certified Management Accountant (CMA)
cfa 特许金融分析师(CFA) Chartered Financial Analyst (CFA)
cia 国际注册内审师(CIA) Certified Internal Auditor (CIA)
frm 金融风险管理师(FRM) Financial Risk Manager (FRM)
hkcpa 香港注册会计师(HKCPA) Certified Public Accountant, Hong Kong (HKCPA)
ima 美国管理会计师(IMA) Institute of Management Accountants (IMA)
aicpa 美国注册会计师(AICPA) Certified Public Accountant, USA (AICPA)
cpa_australia 澳大利亚注册会计师(CPA⁠Australia) CPA Australia
cpa_canada 加拿大注册会计师(CPA⁠Canada) CPA Canada
pmp 项目管理专业人士资格认证(PMP) Project Management Professional (PMP)
other 其他 Other
"""

_LISTS = {
    "sexes": _SEXES,
    "identity_types": _IDENTITY_TYPES,
    "political_statuses": _POLITICAL_STATUSES,
    "education_levels": _EDUCATION_LEVELS,
    "degrees": _DEGREES,
    "employer_kinds": _EMPLOYER_KINDS,
    "professional_titles": _PROFESSIONAL_TITLES,
    "domestic_qualifications": _DOMESTIC_QUALIFICATIONS,
    "international_qualifications": _INTERNATIONAL_QUALIFICATIONS,
}


def _entries(text: str) -> list[str]:
    return [entry for line in text.strip().splitlines() for entry in line.split("|")]


def _option(entry: str, language: Language) -> Option:
    value, chinese, english = entry.split(" ", 2)
    # A word joiner stands for a space inside a Chinese label.
    return Option(value, chinese.replace("\u2060", " ") if language == "zh" else english)


def _nations(language: Language) -> tuple[Option, ...]:
    numbered = enumerate(_entries(_NATIONS), start=1)
    return tuple(_option(f"{number:02} {entry}", language) for number, entry in numbered)


def _provinces(_: Language) -> tuple[Option, ...]:
    return tuple(Option(province.code, province.name) for province in all_provinces())


def _regions(_: Language) -> tuple[Option, ...]:
    return tuple(
        Option(region.code, region.name, province.name)
        for province in all_provinces()
        for region in province.regions
    )


_COMPUTED: dict[str, Callable[[Language], tuple[Option, ...]]] = {
    "nations": _nations,
    "provinces": _provinces,
    "regions": _regions,
}

LIST_NAMES = frozenset(_LISTS) | frozenset(_COMPUTED)


@cache
def get_list(name: str, language: Language) -> tuple[Option, ...]:
    """Return the options of a list; a name that is not in `LIST_NAMES` is a KeyError."""
    if name in _COMPUTED:
        return _COMPUTED[name](language)
    return tuple(_option(entry, language) for entry in _entries(_LISTS[name]))
