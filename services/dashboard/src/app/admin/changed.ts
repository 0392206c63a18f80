/** The fields of a form that differ from what stood there. Only these are sent: what somebody else changed meanwhile stays theirs. */
export function changed<T extends object>(before: T, after: T): Partial<T> {
  const text = (v: unknown) => JSON.stringify(Array.isArray(v) ? [...(v as unknown[])].sort() : v)
  return Object.fromEntries(Object.entries(after).filter(([k, v]) => text(v) !== text(before[k as keyof T]))) as Partial<T>
}
