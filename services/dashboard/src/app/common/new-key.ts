/** An Idempotency-Key. A page of an http address that is not this machine has no randomUUID. */
export const newKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`
