"""Links to records that were shared in Slack: a channel that has just seen a card is not shown it again."""

from datetime import datetime

from sqlalchemy import Column, String, Table, delete

from store.db import WriteConnection
from store.records import RecordId
from store.schema import Instant, metadata
from store.upsert import conflict_insert

unfurls = Table(
    "unfurls",
    metadata,
    Column("channel_id", String, primary_key=True),
    Column("record_id", String, primary_key=True),
    # The message whose link showed the card; later ones only move the time.
    Column("message_ts", String, nullable=False),
    Column("shared_at", Instant, nullable=False, index=True),
)


async def note_shared(
    conn: WriteConnection,
    *,
    channel_id: str,
    record_id: RecordId,
    message_ts: str,
    at: datetime,
    since: datetime,
) -> str:
    """Keep that a record's link was shared; the message whose link shows its card.

    That is this message, unless the record was shared in the channel since `since`, and every time since then
    no longer before. Of two messages at the same time one wins.
    """
    c = unfurls.c
    await conn.execute(delete(unfurls).where(c.shared_at < since))
    values = {"channel_id": channel_id, "record_id": record_id, "message_ts": message_ts, "shared_at": at}
    statement = conflict_insert(conn, unfurls).values(values)
    kept = statement.on_conflict_do_update(
        index_elements=["channel_id", "record_id"], set_={"shared_at": statement.excluded.shared_at}
    )
    return str((await conn.execute(kept.returning(c.message_ts))).scalar_one())
