import type { PolicyRule } from "#api/rbac/role/spec.ts";

/** Names as `kubectl` takes them: separated by commas. */
type Names = string;

/** Verbs on resources of one group: `rule("get,list", "apps", "deployments,deployments/status")`. */
export const rule = (verbs: Names, group: string, resources: Names): PolicyRule => ({
  verbs: verbs.split(","),
  apiGroups: [group],
  resources: resources.split(","),
});

export const urlRule = (verbs: Names, urls: Names): PolicyRule => ({
  verbs: verbs.split(","),
  nonResourceURLs: urls.split(","),
});

export const read = "get,list,watch";
export const write = "create,update,patch,delete,deletecollection";
export const follow = "list,watch";

/** Of both groups that events have. Source: eventsRule in bootstrappolicy. */
export const tellEvents: PolicyRule = {
  verbs: ["create", "update", "patch"],
  apiGroups: ["", "events.k8s.io"],
  resources: ["events"],
};
