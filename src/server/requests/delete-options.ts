import { DeleteOptions } from "#api/meta/delete-options.ts";
import { read } from "#machinery/decode.ts";
import { protobufMediaType } from "#machinery/envelope.ts";
import { type FieldProblem, invalidField, unsupportedField } from "#machinery/field-problem.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Stored } from "#machinery/schema.ts";
import { badRequest, invalid, unsupportedMediaType } from "#machinery/status.ts";
import type { Call } from "../call.ts";
import { parseJsonBody, parseProtobufBody, parseYamlBody, readBody } from "./body.ts";
import { metaKind } from "./write-options.ts";

/** How something is to be deleted. */
export interface Deletion {
  readonly isDryRun: boolean;
  /** undefined: what the object itself says. */
  readonly gracePeriodSeconds: number | undefined;
  /** undefined: its finalizers stay as they are. */
  readonly propagation: "Orphan" | "Background" | "Foreground" | undefined;
  /** The old way to say so, whose client is told by a 202 that the object waits. */
  readonly isCascading: boolean;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
}

/** From the body where there is one, else from the query. Throws a 400 or 422. */
export async function deletionOf(call: Call): Promise<Deletion> {
  const { mediaType, bytes } = await readBody(call.request);
  const outcome = read(DeleteOptions, bytes.length === 0 ? fromQuery(call) : await fromBody(mediaType, bytes));
  if (outcome.kind === "mismatch") throw badRequest(`the deletion options can't be read: ${outcome.message}`);
  if (!isDeleteOptions(outcome.object)) throw badRequest("the deletion options can't be read");
  return checkedDeletion(outcome.object);
}

type Sent = Stored<typeof DeleteOptions>;
// Just read as that type.
const isDeleteOptions = (value: unknown): value is Sent => isJsonObject(value);

async function fromBody(mediaType: string, bytes: Uint8Array): Promise<unknown> {
  switch (mediaType) {
    case "":
    case "application/json":
      return withoutEnvelope(parseJsonBody(bytes).value);
    case "application/yaml":
      return withoutEnvelope((await parseYamlBody(bytes)).value);
    case protobufMediaType:
      return parseProtobufBody(bytes, DeleteOptions).value;
    default:
      throw unsupportedMediaType(["application/json", "application/yaml", protobufMediaType]);
  }
}

function withoutEnvelope(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  const { apiVersion: _, kind, ...rest } = value;
  if (kind !== undefined && kind !== "DeleteOptions")
    throw badRequest(`expected DeleteOptions, got ${JSON.stringify(kind)}`);
  return rest;
}

/** Source: Convert_url_Values_To_v1_DeleteOptions in k8s.io/apimachinery. */
function fromQuery({ query, path }: Call): unknown {
  const text = (name: string) => query.get(name) ?? undefined;
  const grace = text("gracePeriodSeconds");
  const orphan = text("orphanDependents");
  return {
    ...(grace !== undefined && { gracePeriodSeconds: /^-?\d+$/.test(grace) ? Number(grace) : grace }),
    ...(orphan !== undefined && { orphanDependents: orphan !== "false" && orphan !== "0" }),
    ...(query.has("propagationPolicy") && { propagationPolicy: text("propagationPolicy") }),
    ...(query.has("dryRun") && { dryRun: query.getAll("dryRun") }),
    // Of a collection, `resourceVersion` says which list is meant.
    ...(path.name !== "" && { preconditions: preconditionsIn(query) }),
  };
}

function preconditionsIn(query: URLSearchParams): object {
  const named = ["uid", "resourceVersion"].map((name) => [name, query.get(name) ?? ""] as const);
  return Object.fromEntries(named.filter(([, value]) => value !== ""));
}

const policies = ["Foreground", "Background", "Orphan"] as const;
const supported = [...policies, "nil"].map((policy) => JSON.stringify(policy)).join(", ");
const isPolicy = (text: string | undefined): text is (typeof policies)[number] =>
  policies.some((policy) => policy === text);

/** Throws a 422. */
export function checkedDeletion({
  dryRun = [],
  gracePeriodSeconds,
  propagationPolicy,
  orphanDependents,
  preconditions = {},
}: Sent): Deletion {
  const problems: FieldProblem[] = [];
  if (propagationPolicy !== undefined && orphanDependents !== undefined)
    problems.push(
      invalidField(
        "propagationPolicy",
        propagationPolicy,
        "orphanDependents and deletionPropagation cannot be both set",
      ),
    );
  if (propagationPolicy !== undefined && !isPolicy(propagationPolicy))
    problems.push({
      ...unsupportedField("propagationPolicy", propagationPolicy, []),
      detail: `supported values: ${supported}`,
    });
  if (dryRun.some((one) => one !== "All")) problems.push(unsupportedField("dryRun", dryRun, ["All"]));
  if (problems.length > 0) throw invalid(metaKind("DeleteOptions"), "", problems);
  const orphaned = orphanDependents === undefined ? undefined : orphanDependents ? "Orphan" : "Background";
  return {
    isDryRun: dryRun.length > 0,
    // A negative one counts as one second. Source: BeforeDelete in k8s.io/apiserver/pkg/registry/rest.
    gracePeriodSeconds: gracePeriodSeconds !== undefined && gracePeriodSeconds < 0 ? 1 : gracePeriodSeconds,
    isCascading: orphanDependents === false,
    propagation: isPolicy(propagationPolicy) ? propagationPolicy : orphaned,
    preconditions,
  };
}
