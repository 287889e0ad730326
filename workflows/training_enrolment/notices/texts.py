"""The notice above the list of classes; nobody is sent it, associations adapt it as a message."""

from workflows.shared.templates import Texts, make_texts

CLASSES_ELSEWHERE = "classes_elsewhere"

TEXTS: dict[str, Texts] = {
    CLASSES_ELSEWHERE: make_texts(
        ("注意", "Please note"),
        (
            "凡参加中注协委托三院培训班的学员，本系统暂不受理报名，请按照有关通知中的报名链接到相关会院网站报名。",
            (
                "Whoever takes part in classes that the national institute entrusts to the three "
                "National Accounting Institutes cannot sign up here: follow the link in the "
                "announcement to the website of that institute."
            ),
        ),
        ("培训班报名页", "List of classes"),
        ("培训信息", "Training"),
        channels=(),
    ),
}
