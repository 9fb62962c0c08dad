import { badRequest, StatusError, timeout } from "#machinery/status.ts";
import type { Store } from "#store/store.ts";

/** undefined: none was given. Throws a 400 for anything but a whole number. */
export function parseRevision(text: string): number | undefined {
  if (text === "") return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw badRequest(
      `invalid resource version ${JSON.stringify(text.slice(0, 200))}: strconv.ParseUint: parsing ${JSON.stringify(text.slice(0, 200))}: invalid syntax`,
    );
  return Number(text);
}

/** Throws a 504 for a revision that has not been reached yet, which clients try again. Source: ResourceVersionTooLarge. */
export async function checkReached(store: Store, wanted: number): Promise<void> {
  const current = await store.revision();
  if (wanted <= current) return;
  const { status } = timeout(`Too large resource version: ${wanted}, current: ${current}`, 1);
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  throw new StatusError({ ...status, details: { ...status.details, causes } }, { "retry-after": "1" });
}
