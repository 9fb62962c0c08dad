import assert from "node:assert/strict";
import { test } from "node:test";
import { isOfCluster, standingOf } from "./standing.ts";

const cases: readonly (readonly [who: string, user: string, groups: readonly string[], standing: string])[] = [
  ["the controllers", "system:kube-controller-manager", [], "system, of the cluster"],
  ["the scheduler", "system:kube-scheduler", [], "system, of the cluster"],
  ["a proxy", "system:kube-proxy", [], "system, of the cluster"],
  ["the ingress controller", "portolan:ingress", [], "system, of the cluster"],
  ["the agent of a node", "system:node:n1", ["system:nodes"], "system, of the cluster"],
  ["a node's name without its group", "system:node:n1", [], "workload"],
  ["an administrator", "anna", ["system:masters"], "system"],
  [
    "a service account of kube-system",
    "system:serviceaccount:kube-system:dns",
    ["system:serviceaccounts:kube-system"],
    "system",
  ],
  ["a service account elsewhere", "system:serviceaccount:shop:web", ["system:serviceaccounts:shop"], "workload"],
  ["nobody", "system:anonymous", ["system:unauthenticated"], "workload"],
  ["a machine with a bootstrap token", "system:bootstrap:abcdef", ["system:bootstrappers"], "workload"],
  ["a user", "anna", ["staff"], "workload"],
];

for (const [who, user, groups, expected] of cases)
  test(`${who} is let in as ${expected}`, () => {
    const identity = { user, groups };
    assert.equal(`${standingOf(identity)}${isOfCluster(identity) ? ", of the cluster" : ""}`, expected);
  });
