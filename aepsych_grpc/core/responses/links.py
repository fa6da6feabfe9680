"""The links by the names that configs use."""

from collections.abc import Mapping
from types import MappingProxyType

from aepsych_grpc.core.responses.gumbel import GUMBEL
from aepsych_grpc.core.responses.link import Link
from aepsych_grpc.core.responses.logit import LOGIT
from aepsych_grpc.core.responses.probit import PROBIT

LINKS: Mapping[str, Link] = MappingProxyType({"probit": PROBIT, "logit": LOGIT, "gumbel": GUMBEL})
