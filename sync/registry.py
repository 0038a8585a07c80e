"""Which connectors there are. A new one adds its line here."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sync.connector import Source, Target
from sync.connectors import netsuite

# From the environment, the connector's rules in tesorio.toml and the data folder to a source; None when the
# environment has no setting of this system at all.
Build = Callable[[Mapping[str, str], Mapping[str, Any], Path], Source | None]

CONNECTORS: Mapping[str, Build] = {
    "netsuite": netsuite.build,
}

# Likewise, to a system that notes are pushed to.
BuildTarget = Callable[[Mapping[str, str], Mapping[str, Any], Path], Target | None]

TARGETS: Mapping[str, BuildTarget] = {}
