import { noSuchPath } from "#machinery/status.ts";
import type { Environment } from "../environment.ts";
import { jsonType, type WholeAnswer, wholeJson } from "../exchange.ts";

/**
 * By which others know tokens of service accounts without asking: who makes them, or the keys. Throws a 404 where nobody makes any.
 * Source: "Service account issuer discovery" in the Kubernetes documentation; pkg/routes/openidmetadata.go.
 */
export function issuerDocument({ tokenIssuer }: Environment, which: "configuration" | "keySet"): WholeAnswer {
  if (tokenIssuer === undefined) throw noSuchPath();
  const type = which === "keySet" ? "application/jwk-set+json" : jsonType;
  return {
    ...wholeJson(200, tokenIssuer[which]),
    headers: { "content-type": type, "cache-control": "public, max-age=3600" },
  };
}
