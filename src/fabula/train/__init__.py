"""Training: films made from novels with a known truth, and the aligners trained on them."""
