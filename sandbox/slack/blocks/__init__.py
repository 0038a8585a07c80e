"""Block Kit as Slack accepts it: published limits, required and allowed members, one surface's rules at a time.

Limits are those of docs.slack.dev/reference/block-kit and /reference/views; the wording follows Slack's own answers.
Pure. Block types that no client of this workspace sends are refused like unknown ones.
"""

from sandbox.slack.blocks.surfaces import message_errors, only_one_table, too_long, view_errors

__all__ = ["message_errors", "only_one_table", "too_long", "view_errors"]
