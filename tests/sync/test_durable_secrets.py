"""What people wrote stands in payloads, and not in what the engine says of its own failures."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.sync.working import working


async def test_an_error_of_the_engine_names_no_payload(tmp_path: Path) -> None:
    async with working(tmp_path) as work:
        engine = work._engine
        assert engine is not None
        with pytest.raises(DBAPIError) as failed, engine._sys_db.engine.connect() as conn:
            conn.execute(text("SELECT :words FROM nothing"), {"words": "CANARY"})
    assert "CANARY" not in str(failed.value)
