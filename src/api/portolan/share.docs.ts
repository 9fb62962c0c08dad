import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as share from "./share.ts";

export const shareDocs: readonly Documented[] = [
  documented(share.Share, {
    "": "A link that opens one Service to whoever has it, until it expires or this object is deleted.",
    metadata: "The name is a part of the link's host; the namespace is that of the Service.",
    spec: "What the link opens, to whom, and for how long. It can't be changed.",
  }),
  documented(share.ShareSpec, {
    "": "What the link opens, to whom, and for how long.",
    service: "The name of a Service of the same namespace.",
    port: "The Service's port, by number or name. May be left out where the Service has one port.",
    scheme: "How the pods are asked: http, which is usual, or https.",
    tokenHash:
      "The SHA-256, in hexadecimal, of the secret that the link carries. The secret itself is known to nobody but its holder.",
    expires: "When the link ends by itself: 30 days after it was made at the latest.",
    url: "Where it is served, without the secret. The server's to say.",
  }),
];
