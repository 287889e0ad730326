"""What things cost, beside what they would cost without us: `make bench`."""
