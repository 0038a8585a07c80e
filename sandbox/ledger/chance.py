"""Weighted coins for the seeded generators."""

import random


def chance(rng: random.Random, percent: int) -> bool:
    """True in `percent` of 100 tosses."""
    return rng.random() * 100 < percent
