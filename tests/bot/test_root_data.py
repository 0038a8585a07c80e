"""The data folder: its name among replicas."""

from pathlib import Path

from bot.root.data import replica_id


class TestReplicaId:
    def test_stays_the_same(self, tmp_path: Path) -> None:
        made = replica_id(tmp_path)
        assert len(made) == 32
        assert replica_id(tmp_path) == made

    def test_that_was_lost_is_made_anew(self, tmp_path: Path) -> None:
        (tmp_path / "replica_id").touch()
        made = replica_id(tmp_path)
        assert len(made) == 32
        assert (tmp_path / "replica_id").read_text() == made
