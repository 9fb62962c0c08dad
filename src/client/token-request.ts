import { serviceAccounts } from "#api/core/service-account.ts";
import { isJsonObject } from "#machinery/json.ts";
import { resourceClient } from "./resource.ts";
import type { Transport } from "./transport.ts";
import { AnswerUnreadable } from "./wire.ts";

/** The spec of an authentication.k8s.io/v1 TokenRequest. */
export interface TokenRequestSpec {
  /** None: the API server. */
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** The token ends with it. */
  readonly boundObjectRef: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
  };
}

export interface RequestedToken {
  readonly text: string;
  /** As granted, which may be less or more than what was asked for. */
  readonly lifeSeconds: number;
}

interface Account {
  readonly namespace: string;
  readonly name: string;
}

const tokenRequest = { subresource: "token", group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" };

/** Asks for a token of a service account. Throws what a `ResourceClient` does. */
export async function requestToken(
  transport: Transport,
  { namespace, name }: Account,
  spec: TokenRequestSpec,
): Promise<RequestedToken> {
  const body = { spec };
  const answer = await resourceClient(transport, serviceAccounts).post(namespace, name, { ...tokenRequest, body });
  const { spec: granted, status } = isJsonObject(answer) ? answer : {};
  const text = isJsonObject(status) ? status.token : undefined;
  const lifeSeconds = isJsonObject(granted) ? granted.expirationSeconds : undefined;
  if (typeof text === "string" && typeof lifeSeconds === "number") return { text, lifeSeconds };
  throw new AnswerUnreadable(`a TokenRequest for ${namespace}/${name}`, "it has no token");
}
