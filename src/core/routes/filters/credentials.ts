import type { Answer } from "./answer.ts";

/** Name and password as bytes: whether they are UTF-8 is for the hash to find out. */
export interface Credentials {
  readonly name: string;
  readonly password: Uint8Array;
}

/**
 * Reads `Authorization: Basic …`; undefined where it isn't one.
 *
 *     credentials = "Basic" 1*SP base64(user-id ":" password)     (RFC 7617 section 2; the scheme knows no case)
 */
export function parseBasic(header: string | undefined): Credentials | undefined {
  const [, encoded = ""] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? "") ?? [];
  const bytes = encoded === "" ? undefined : fromBase64(encoded);
  const colon = bytes?.indexOf(0x3a) ?? -1;
  if (bytes === undefined || colon === -1) return undefined;
  return { name: new TextDecoder().decode(bytes.subarray(0, colon)), password: bytes.subarray(colon + 1) };
}

function fromBase64(text: string): Uint8Array | undefined {
  const bare = text.replace(/=+$/, "");
  if (bare.length % 4 === 1 || (text !== bare && text.length % 4 !== 0)) return undefined;
  return Uint8Array.fromBase64(bare, { lastChunkHandling: "loose" });
}

/** To a request without fitting credentials. Source: RFC 7617 section 2, with the charset that passwords are in (section 2.1). */
export function challenge(realm: string, because: "CredentialsMissing" | "CredentialsWrong"): Answer {
  return {
    status: 401,
    headers: [{ name: "www-authenticate", value: `Basic realm=${quoted(realm)}, charset="UTF-8"` }],
    because,
  };
}

/** Nobody comes in where it isn't known who may. */
export const unreadable: Answer = { status: 503, headers: [], because: "CredentialsUnreadable" };

/** A quoted-string (RFC 9110 section 5.6.4) of what of the text can stand in one: visible ASCII and spaces. */
const quoted = (text: string): string => `"${text.replace(/[^\x20-\x7e]/gu, "?").replace(/["\\]/g, "\\$&")}"`;
