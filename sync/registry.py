"""Which connectors there are. A new one adds its line here."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sync.connector import Source, Target
from sync.connectors import netsuite, salesforce

# From the environment, the connector's rules in tesorio.toml and the data folder to a source; None when the
# environment has no setting of this system at all.
Build = Callable[[Mapping[str, str], Mapping[str, Any], Path], Source | None]

CONNECTORS: Mapping[str, Build] = {
    "netsuite": netsuite.build,
    "salesforce": salesforce.build,
}

# From a source to what is pushed to the same account: both share what that bears.
TARGETS: Mapping[str, Callable[[Source], Target | None]] = {
    "netsuite": netsuite.target_of,
    "salesforce": salesforce.target_of,
}
