/** As `Promise.all`, but nothing goes on behind the back of who cleans up: all have ended before it rejects, with the first fault. */
export async function allSettled<T extends readonly unknown[] | []>(
  begun: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const fates: readonly PromiseSettledResult<unknown>[] = await Promise.allSettled(begun);
  const refused = fates.find((fate) => fate.status === "rejected");
  if (refused !== undefined) throw refused.reason;
  return Promise.all(begun);
}
