"""What is different between two states of a process's documents, in words."""

from workflows.studio.differences.describing import describe_differences, differences_of
from workflows.studio.differences.model import Change, Detail, Difference
from workflows.studio.differences.vocabulary import Setting, Vocabulary

__all__ = [
    "Change",
    "Detail",
    "Difference",
    "Setting",
    "Vocabulary",
    "describe_differences",
    "differences_of",
]
