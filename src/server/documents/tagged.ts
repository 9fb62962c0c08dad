import { createHash } from "node:crypto";
import type { ServerRequest, WholeAnswer } from "../exchange.ts";

// Documents are kept once they are made, and so are their hashes.
const hashes = new WeakMap<Uint8Array, string>();

/** The hash of a document, by which clients know it. */
export function hashOf(body: Uint8Array): string {
  const known = hashes.get(body);
  if (known !== undefined) return known;
  const hash = createHash("sha512").update(body).digest("hex").toUpperCase();
  hashes.set(body, hash);
  return hash;
}

/** With its hash, so that a client that has it need not be sent it again. Source: RFC 9110 section 13.1.2. */
export function tagged({ headers }: ServerRequest, answer: WholeAnswer): WholeAnswer {
  const { body, status } = answer;
  if (status !== 200) return answer;
  const etag = `"${hashOf(typeof body === "string" ? Buffer.from(body) : body)}"`;
  const known = (headers["if-none-match"] ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""));
  const tags = { ...answer.headers, etag };
  return known.includes(etag) || known.includes("*")
    ? { kind: "whole", status: 304, headers: tags, body: "" }
    : { ...answer, headers: tags };
}
