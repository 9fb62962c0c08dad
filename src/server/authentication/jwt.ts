import { isJsonObject, type JsonObject, readJson } from "#machinery/json.ts";

// Source: RFC 7515 section 7.1, the compact serialization: HEADER.PAYLOAD.SIGNATURE in base64url.

const form = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Whether a text looks like a token that somebody has signed. */
export const isJwt = (token: string): boolean => form.test(token);

/** What a token says of how it was signed; nobody has checked that. */
export const headerOf = (token: string): JsonObject => part(token, 0);
/** Who says that they have made it; nobody has checked that. */
export const issuerOf = (token: string): unknown => part(token, 1).iss;

function part(token: string, index: number): JsonObject {
  const read = readJson(Buffer.from(token.split(".")[index] ?? "", "base64url").toString());
  return isJsonObject(read) ? read : {};
}
