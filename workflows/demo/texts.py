"""The demo seasons' texts: commitments, notices, materials and grounds."""

from typing import Any

SUCCESS = (
    "申请成功，请明年按时参加年检。",
    "Your application was sent. Please take part again next year.",
)
NOTICE = (
    "年检结果将在五个工作日内公布，届时请留意消息提醒。",
    "The result will be announced within five working days. Please watch your messages.",
)
FEE_ACCOUNT = "户名：{name}；开户行：演示银行；账号：0000 0000 0000 0000"
LEARNING_PLATFORM = "继续教育在线平台"
LEARNING_URL = "https://learning.example.com/"

_INSPECTION = """
本人承诺，在本年度年检中填写的信息和提交的材料真实、准确、完整。
本人遵守注册会计师职业道德守则和协会章程，按规定完成继续教育并缴纳会费。
如有不实，本人愿意承担相应责任。
"""
_INSPECTION_EN = """
I declare that what I state and submit for this inspection is true, exact and complete.
I keep to the code of ethics and the articles, complete my continuing education and pay my fee.
I answer for anything that is untrue.
"""
_DEFERRAL = """
本人承诺，申请暂缓年检的原因属实，提交的证明材料真实、有效。
暂缓期满后，本人将按时补足继续教育学时并参加年检。
"""
_DEFERRAL_EN = """
I declare that my grounds for deferring the inspection are true and that my proof is valid.
When the deferral ends I will make up the hours and take part in the inspection.
"""

COMMITMENTS = {
    "inspection": (
        "非执业会员年检承诺书",
        "Commitment for the annual inspection",
        _INSPECTION.strip(),
        _INSPECTION_EN.strip(),
    ),
    "deferral": (
        "暂缓年检承诺书",
        "Commitment for a deferral",
        _DEFERRAL.strip(),
        _DEFERRAL_EN.strip(),
    ),
}

GROUNDS: list[dict[str, Any]] = [
    {"value": "abroad", "label": "出国（境）", "label_en": "Abroad"},
    {"value": "maternity", "label": "产假", "label_en": "Maternity leave"},
    {"value": "illness", "label": "患病", "label_en": "Illness"},
    {"value": "other", "label": "协会认可的其他原因", "label_en": "Another recognised ground"},
]

WORK_PROOF = {
    "kind": "inspection",
    "name": "work_proof",
    "label": "在职证明",
    "label_en": "Proof of employment",
    "help": "加盖工作单位公章；未就业或退休的，上传说明。",
    "help_en": "With your employer's seal; if you are not employed or retired, a statement.",
}
TRAINING_PROOF = {
    "kind": "inspection",
    "name": "training_proof",
    "label": "其他继续教育证明",
    "label_en": "Other proof of continuing education",
    "help": "未记入学时台账的培训证明。",
    "help_en": "Proof of training that is not in the hours ledger.",
}
DEFERRAL_PROOF = {
    "kind": "deferral",
    "name": "deferral_proof",
    "label": "暂缓证明材料",
    "label_en": "Proof of the ground",
    "help": "例如病历、出国（境）证明、产假证明。",
    "help_en": "For example a medical record, a proof of stay abroad or of maternity leave.",
}
