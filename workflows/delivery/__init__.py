"""Delivery: how messages, codes and links reach people on the channels they have."""
