"""How often Python looks for what only refers to itself.

By default it looks after every 700 new objects, and now and then through everything that the process holds: a sync,
which makes millions of objects of which none refer to themselves, spends a quarter of its time on that, and each look
through everything is a pause of a tenth of a second for everybody in Slack.
"""

import gc

# Some megabytes of objects at the most.
_NEW_OBJECTS = 20_000


def collect_seldom() -> None:
    """Look thirty times less often, and never again through what has been loaded by now."""
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    gc.freeze()
