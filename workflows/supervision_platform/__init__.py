"""What the supervision platform says of CPAs comes into the register by its signed calls."""
