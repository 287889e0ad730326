"""Numbers 统计: what arrived, what was decided, how long it took, and why things went back."""
