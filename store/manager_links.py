"""Which account managers are people of the Slack workspace: by the CRM's e-mail address of them, never by name."""

from collections.abc import Sequence

from sqlalchemy import func, select

from store.crm.accounts import crm_accounts
from store.crm.links import crm_links
from store.customers import customers
from store.db import ReadConnection
from store.records import RecordId
from store.users import slack_links, users


async def managers_in_slack(conn: ReadConnection, team_id: str, ids: Sequence[RecordId]) -> dict[RecordId, str]:
    """The Slack user of each of these customers' account managers who is linked; others are not in the answer.

    `ids` are a few hundred at most.
    """
    query = (
        select(customers.c.id, func.min(slack_links.c.slack_user_id))
        .join(crm_links, crm_links.c.customer_id == customers.c.id)
        .join(crm_accounts, crm_accounts.c.id == crm_links.c.account_id)
        .join(users, users.c.email == crm_accounts.c.owner_email)
        .join(slack_links, slack_links.c.user_id == users.c.id)
        .where(
            customers.c.id.in_(ids),
            # What shows may be another's: then the account's owner is not who is named.
            customers.c.account_manager == crm_accounts.c.owner_name,
            users.c.is_active.is_(True),
            slack_links.c.team_id == team_id,
        )
        .group_by(customers.c.id)
    )
    return {RecordId(customer_id): str(user) for customer_id, user in await conn.execute(query)}
