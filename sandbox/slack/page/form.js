// What people have filled in: one state per view (or message), keyed by block and action as Slack keys it.

/** Values survive re-drawing: an element that comes back under the same ids gets its old value. */
export class FormState {
  #values = new Map();
  #fields = new Map();

  /** Forget which fields are on show; the values stay. */
  restart() {
    this.#fields.clear();
  }

  /** Announce a field with what it starts with; returns the payload it should show. */
  register(blockId, actionId, initial, rules = null) {
    const key = keyOf(blockId, actionId);
    if (!this.#values.has(key)) this.#values.set(key, initial);
    this.#fields.set(key, { blockId, actionId, rules });
    return this.#values.get(key);
  }

  set(blockId, actionId, payload) {
    this.#values.set(keyOf(blockId, actionId), payload);
  }

  /** The fields on show as Slack sends them: block_id -> action_id -> payload. */
  values() {
    const result = {};
    for (const [key, { blockId, actionId }] of this.#fields) {
      result[blockId] = { ...result[blockId], [actionId]: this.#values.get(key) };
    }
    return result;
  }

  /** What the client itself refuses before it sends: block_id -> message. */
  complaints() {
    const found = {};
    for (const [key, { blockId, rules }] of this.#fields) {
      const complaint = rules && complaintAbout(filled(this.#values.get(key)), rules);
      if (complaint) found[blockId] = complaint;
    }
    return found;
  }
}

function keyOf(blockId, actionId) {
  return `${blockId}\u0000${actionId}`;
}

function filled(payload) {
  const { type: _, ...rest } = payload;
  const value = Object.values(rest)[0];
  return Array.isArray(value) && value.length === 0 ? null : value;
}

function complaintAbout(value, { optional, minLength, maxLength }) {
  if (value === null || value === undefined || value === "")
    return optional ? null : "Please complete this required field.";
  if (typeof value !== "string") return null;
  if (minLength && value.length < minLength) return `This field needs at least ${minLength} characters.`;
  if (maxLength && value.length > maxLength) return `This field takes at most ${maxLength} characters.`;
  return null;
}
