"""To come."""

from kgbuild.checks.rules import Rule

RULES: tuple[Rule, ...] = ()
