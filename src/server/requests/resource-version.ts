import { badRequest, StatusError, timeout } from "#machinery/status.ts";
import type { Store } from "#store/store.ts";

const mostRevision = 2n ** 64n;

/** undefined: none was given. Throws a 400 for anything but a whole number, in the words of Go's strconv. */
export function parseRevision(text: string): number | undefined {
  if (text === "") return undefined;
  const isNumber = /^\d{1,40}$/.test(text);
  if (isNumber && BigInt(text) < mostRevision) return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
  const shown = JSON.stringify(text.slice(0, 200));
  throw badRequest(
    `invalid resource version: resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: ${isNumber ? "value out of range" : "invalid syntax"}`,
  );
}

/** Throws a 504 for a revision that has not been reached yet, which clients try again. Source: ResourceVersionTooLarge. */
export async function checkReached(store: Store, wanted: number): Promise<void> {
  const current = await store.revision();
  if (wanted <= current) return;
  const { status } = timeout(`Too large resource version: ${wanted}, current: ${current}`, 1);
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  throw new StatusError({ ...status, details: { ...status.details, causes } }, { "retry-after": "1" });
}
