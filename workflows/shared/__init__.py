"""What more than one process needs: the register, seasons, ledgers, accounts, messages, access."""
