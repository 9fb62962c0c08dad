import { AuditPolicy, auditPolicyProblems } from "#api/audit/policy.ts";
import { read } from "#machinery/decode.ts";
import { messageOf } from "#machinery/field-problem.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Stored } from "#machinery/schema.ts";
import { readYamlApart } from "../requests/yaml.ts";

/** A policy, or what is wrong with its file, which names the field. */
export type PolicyReading =
  | { readonly kind: "policy"; readonly policy: AuditPolicy }
  | { readonly kind: "refused"; readonly why: string };

const refused = (why: string): PolicyReading => ({ kind: "refused", why });

/** Reads a Policy of audit.k8s.io/v1 in YAML or JSON, strictly. */
export async function readAuditPolicy(text: string): Promise<PolicyReading> {
  const yaml = await readYamlApart(text);
  if (yaml.kind === "refused") return refused(`it is not YAML: ${yaml.why}`);
  if (yaml.doubled.length > 0) return refused(yaml.doubled.join(", "));
  const json: unknown = JSON.parse(yaml.json);
  if (!isJsonObject(json)) return refused("it is no object");
  const { apiVersion, kind, metadata: _, ...rest } = json;
  if (apiVersion !== "audit.k8s.io/v1" || kind !== "Policy")
    return refused(`apiVersion must be audit.k8s.io/v1 and kind Policy, not ${String(apiVersion)} and ${String(kind)}`);
  const outcome = read(AuditPolicy, rest);
  if (outcome.kind === "mismatch") return refused(outcome.message);
  if (outcome.unknown.length > 0) return refused(outcome.unknown.join(", "));
  if (!isPolicy(outcome.object)) return refused("it is no object");
  const problems = [...auditPolicyProblems(outcome.object)];
  return problems.length === 0
    ? { kind: "policy", policy: outcome.object }
    : refused(problems.map(messageOf).join("; "));
}

// Just read as that type.
const isPolicy = (value: unknown): value is Stored<typeof AuditPolicy> =>
  isJsonObject(value) && Array.isArray(value.rules);
