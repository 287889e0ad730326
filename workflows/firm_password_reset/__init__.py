"""找回密码 of accounting firms, which have two accounts each: their number, and number_cw."""
