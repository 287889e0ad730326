"""Settling a year by hand 特殊状态处理: a manager proposes a result, another one agrees."""
