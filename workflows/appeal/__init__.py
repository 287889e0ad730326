"""The appeal 申诉 against 年检不予通过: decided by the next higher association."""
