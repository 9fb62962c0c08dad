import { connectionFields } from "#net/http1/connection-fields.ts";

/** Whether a header is passed on to the next one in the chain. The proxy itself has told the client to go on. */
export function isPassable(name: string): boolean {
  const known = name.toLowerCase();
  return !connectionFields.has(known) && known !== "expect";
}
