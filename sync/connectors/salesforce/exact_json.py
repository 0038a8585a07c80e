"""JSON with numbers exactly as they are: the standard library would make a float of an amount. Pure."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def json_text(value: Any) -> str:
    """The JSON of mappings, sequences, texts, numbers and None. Raises TypeError for anything else."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{json_text(str(name))}:{json_text(one)}' for name, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(json_text, value))}]"
    return json.dumps(value, ensure_ascii=False)
