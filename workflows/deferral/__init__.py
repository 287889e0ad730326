"""The deferral 暂缓年检: its commitment, grounds and proof."""
