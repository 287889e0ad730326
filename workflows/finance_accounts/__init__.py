"""财务上报账号: the accounts number_cw of firms, which are reset when yearly reporting opens."""
