"""Settings of all unit tests: no time limit on an example, so that a slow machine fails nothing."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("dockertui", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dockertui")
