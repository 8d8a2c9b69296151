"""The clauses of 等保2.0 (GB/T 22239-2019) that a deployment has to meet, each asked of the running portal."""

from portal.djbh.clauses import CLAUSES, Clause
from portal.djbh.running import Outcome, Row, check_all

__all__ = ["CLAUSES", "Clause", "Outcome", "Row", "check_all"]
