"""Records' JSON is one text for one content, whichever library writes it."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.compact import compact_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(value=st.dictionaries(st.text(st.characters(codec=None)), VALUES, max_size=6))
def test_is_what_the_standard_library_would_write(value: dict[str, Any]) -> None:
    assert compact_json(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@pytest.mark.parametrize("value", [10**30, "half a character: \ud83d", {"\udc00": 1}])
def test_keeps_what_a_fast_writer_refuses(value: Any) -> None:
    assert json.loads(compact_json({"b": value, "a": 1})) == {"a": 1, "b": value}


def test_an_order_of_keys_is_none_of_the_content() -> None:
    assert compact_json({"b": {"d": "1", "c": None}, "a": "ü"}) == compact_json({"a": "ü", "b": {"c": None, "d": "1"}})


@pytest.mark.parametrize("value", [Decimal("1.5"), date(2026, 11, 22), datetime(2026, 11, 22, tzinfo=UTC)])
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        compact_json({"value": value})
