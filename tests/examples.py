"""How hypothesis makes up cases."""

from hypothesis import HealthCheck, settings


def make_up_cases(*, at_random: bool) -> None:
    """The same ones each time in the gate, new ones in a soak; neither minds how long a case takes.

    A machine that stands still for a moment, or runs much else, would otherwise fail a test that is right.
    """
    slowness = (HealthCheck.too_slow, HealthCheck.data_too_large)
    settings.register_profile("tesorio", deadline=None, derandomize=not at_random, suppress_health_check=slowness)
    settings.load_profile("tesorio")
