import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { BoundObjectReference, TokenRequest, TokenRequestSpec, TokenRequestStatus } from "./token-request.ts";

export const tokenRequestDocs: readonly Documented[] = [
  documented(TokenRequest, {
    "": "Asks for a token by which somebody can act as a ServiceAccount: what kubectl create token sends. Nothing is stored.",
    metadata: "May be left out; a name or namespace that is given must be the account's.",
    spec: "For whom the token is to count, how long, and with what it ends.",
    status: "The answer: nobody sees the token again.",
  }),
  documented(TokenRequestSpec, {
    "": "For whom a token counts, for how many seconds, and with which object it ends.",
    audiences:
      "Who may take it: whoever is shown the token must find himself here. Left out: the API server, which then takes it as a login.",
    boundObjectRef: "Ends the token before its time, once that Pod, Secret or Node is deleted.",
    expirationSeconds: "Seconds until it counts no more: from 600 to 2^32, an hour where nothing is said.",
  }),
  documented(TokenRequestStatus, {
    "": "A token that was made.",
    token: "To be shown as `Authorization: Bearer …`; signed by the cluster, and readable to everybody.",
    expirationTimestamp: "From then on nobody takes it.",
  }),
  documented(BoundObjectReference, {
    "": "The object that a token ends with, in the account's own namespace unless it is a Node.",
    kind: "Pod, Secret or Node. A pod must run as the account.",
    apiVersion: "v1, since all three are of the core group.",
    name: "The name of that one object.",
    uid: "Refuses to bind to another that came after it under the same name. Nodes must give it when they ask.",
  }),
];
