import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { LeaseSpec } from "./lease/spec.ts";
import { Lease } from "./lease.ts";

export const leaseDocs: readonly Documented[] = [
  documented(Lease, {
    "": "Says who is in charge of something, and for how long that counts unless it is renewed. Nodes tell by theirs that they live.",
    metadata: "The name is what is held; those of nodes are in kube-node-lease and are called like the node.",
    spec: "Who holds it, and since when.",
  }),
  documented(LeaseSpec, {
    "": "Who holds a lease, and until when.",
    holderIdentity: "Who holds it now; nobody where it is left out or empty.",
    leaseDurationSeconds:
      "How long, in seconds after renewTime, others wait before they take it. They measure by their own clock, from when they saw the renewal.",
    acquireTime: "When the present holder got it, with microseconds.",
    renewTime: "When the holder last said that it is still there, with microseconds.",
    leaseTransitions: "How often it passed from one holder to another.",
    strategy:
      "How a coordinated election chooses the holder, as in OldestEmulationVersion; candidates agree among themselves where left out.",
    preferredHolder:
      "Who should have it: the present holder gives it up when it reads another name here. Needs strategy.",
  }),
];
