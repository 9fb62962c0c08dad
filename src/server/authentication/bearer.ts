import type { Identity } from "#core/access/identity.ts";
import { unauthorized } from "#machinery/status.ts";
import type { Environment } from "../environment.ts";
import type { ServerRequest } from "../exchange.ts";
import { identifyToken } from "./tokens.ts";

/** Who sends a request by its bearer token; undefined where it has none. Throws a 401, which says no more. */
export async function bearerOf({ headers }: ServerRequest, env: Environment): Promise<Identity | undefined> {
  const { authorization = "" } = headers;
  if (authorization === "") return undefined;
  const [, token = ""] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  const identified = await identifyToken(env, token, []);
  if (identified.kind === "unknown") throw unauthorized();
  return identified.identity;
}
