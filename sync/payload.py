"""Telling payloads apart without keeping them: what a source sent of a broken record may hold anything."""

import hashlib
import json


def payload_hash(payload: object) -> str:
    """A digest of what a source sent for one record, the same whatever the order of its fields."""
    text = json.dumps(payload, default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
