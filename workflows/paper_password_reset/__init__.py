"""密码重置申请表: a password reset on paper, signed by hand and decided by the association."""
