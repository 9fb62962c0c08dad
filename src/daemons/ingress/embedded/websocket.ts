import { listOf } from "#net/http1/fields.ts";
import type { ClientRequest } from "./sides.ts";

/** What a request that asks to speak another protocol gets: only WebSocket is spoken through here. */
export type UpgradeWish =
  | { readonly kind: "none" }
  | { readonly kind: "websocket" }
  /** It asks for WebSocket, and not as RFC 6455 section 4.1 has it. */
  | { readonly kind: "malformed" };

/** Every other upgrade is not asked for, and the request is served as it is (RFC 9110 section 7.8). */
export function upgradeWish({ method, fields, body, connection, upgrade }: ClientRequest): UpgradeWish {
  if (upgrade === undefined || !connection.includes("upgrade")) return { kind: "none" };
  if (!listOf(upgrade).includes("websocket")) return { kind: "none" };
  const valuesOf = (wanted: string): readonly string[] =>
    fields.filter(({ name }) => name === wanted).map(({ value }) => value);
  const [keys, versions] = [valuesOf("sec-websocket-key"), valuesOf("sec-websocket-version")];
  const isWhole =
    method === "GET" &&
    body.kind === "none" &&
    keys.length === 1 &&
    /^[A-Za-z0-9+/]{22}==$/.test(keys[0] ?? "") &&
    versions.length === 1 &&
    /^\d{1,3}$/.test(versions[0] ?? "");
  return { kind: isWhole ? "websocket" : "malformed" };
}
