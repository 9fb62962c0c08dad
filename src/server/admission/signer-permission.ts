import { certificateSigningRequests } from "#api/certificates/certificate-signing-request.ts";
import type { ResourceAttributes } from "#core/access/attributes.ts";
import { decisionOn } from "../authorization/permission.ts";
import type { Call } from "../call.ts";

/**
 * Whether whoever asks may do that in the name of a signer: one of that name, or all of its domain (`kubernetes.io/*`).
 * Source: IsAuthorizedForSignerName in pkg/apis/certificates/authorization.go (KEP-1513).
 */
export function maySpeakFor({ env, identity }: Call, verb: "approve" | "sign", signerName: string): boolean {
  const asked: ResourceAttributes = {
    kind: "resource",
    verb,
    group: certificateSigningRequests.group,
    resource: "signers",
    subresource: "",
    namespace: "",
    name: signerName,
  };
  const [domain] = signerName.split("/");
  return [signerName, `${domain}/*`].some((name) => decisionOn(env, identity, { ...asked, name }).kind === "allowed");
}
