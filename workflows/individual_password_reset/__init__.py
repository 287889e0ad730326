"""找回密码 of members and practising accountants."""
