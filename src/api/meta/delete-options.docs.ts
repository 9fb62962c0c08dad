import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { DeleteOptions, Preconditions } from "./delete-options.ts";

export const deleteOptionsDocs: readonly Documented[] = [
  documented(DeleteOptions, {
    "": "What a deletion may say of how it is to be done. All of it may be left out.",
    gracePeriodSeconds:
      "How long, in seconds, the object may take to end; 0 takes it away at once. The kind's own time where left out: for a pod its terminationGracePeriodSeconds.",
    preconditions:
      "What must be true of the object; where it isn't, nothing is deleted and the answer is 409 Conflict.",
    orphanDependents:
      "Old way to say propagationPolicy: true is Orphan, false is Background. Only one of both may be given.",
    propagationPolicy:
      "What becomes of the objects that this one owns. Background: they go after it. Foreground: it stays until they are gone. Orphan: they stay. The kind's own habit where left out, mostly Background.",
    dryRun: "All goes through the checks and deletes nothing; it is the only value.",
    ignoreStoreReadErrorWithClusterBreakingPotential:
      "Deletes the object even though what is stored of it can't be read. Finalizers and preconditions are passed over.",
  }),
  documented(Preconditions, {
    "": "What must be true of an object for a request to be carried out.",
    uid: "The object has this uid, so it is not a later one of the same name.",
    resourceVersion: "Nobody has written the object since this version.",
  }),
];
