"""FEEL, the expression language of the DMN standard, and DMN's decisions (in `dmn`).

Safe: an expression reaches nothing but plain data and runs within a budget. It depends on nothing
else of this project.
"""

from engine.feel.errors import (
    BudgetExceeded,
    Failure,
    FeelError,
    FeelSyntaxError,
    FeelWarning,
)
from engine.feel.expression import (
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
)
from engine.feel.functions import BUILTINS, Functions
from engine.feel.plain import from_json, to_json
from engine.feel.running import Budget
from engine.feel.temporal import YearsMonths
from engine.feel.values import Range

__all__ = [
    "BUILTINS",
    "Budget",
    "BudgetExceeded",
    "Expression",
    "Failure",
    "FeelError",
    "FeelSyntaxError",
    "FeelWarning",
    "Functions",
    "Range",
    "UnaryTests",
    "YearsMonths",
    "compile_expression",
    "compile_unary_tests",
    "from_json",
    "to_json",
]
