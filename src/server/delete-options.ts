import { DeleteOptions } from "#api/meta/delete-options.ts";
import { read } from "#machinery/decode.ts";
import { protobufMediaType } from "#machinery/envelope.ts";
import { type FieldProblem, invalidField, unsupportedField } from "#machinery/field-problem.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Stored } from "#machinery/schema.ts";
import { badRequest, invalid, unsupportedMediaType } from "#machinery/status.ts";
import { parseJsonBody, parseProtobufBody, parseYamlBody, readBody } from "./body.ts";
import type { Call } from "./call.ts";
import { metaKind } from "./write-options.ts";

/** How something is to be deleted. */
export interface Deletion {
  readonly isDryRun: boolean;
  /** undefined: what the object itself says. */
  readonly gracePeriodSeconds: number | undefined;
  /** undefined: its finalizers stay as they are. */
  readonly propagation: "Orphan" | "Background" | "Foreground" | undefined;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
}

/** From the body where there is one, else from the query. Throws a 400 or 422. */
export async function deletionOf(call: Call): Promise<Deletion> {
  const { mediaType, bytes } = await readBody(call.request);
  const outcome = read(DeleteOptions, bytes.length === 0 ? fromQuery(call.query) : await fromBody(mediaType, bytes));
  if (outcome.kind === "mismatch") throw badRequest(`the deletion options can't be read: ${outcome.message}`);
  if (!isDeleteOptions(outcome.object)) throw badRequest("the deletion options can't be read");
  return checked(outcome.object);
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

function fromQuery(query: URLSearchParams): unknown {
  const text = (name: string) => query.get(name) ?? undefined;
  const grace = text("gracePeriodSeconds");
  const orphan = text("orphanDependents");
  return {
    ...(grace !== undefined && { gracePeriodSeconds: /^-?\d+$/.test(grace) ? Number(grace) : grace }),
    ...(orphan !== undefined && { orphanDependents: orphan !== "false" && orphan !== "0" }),
    ...(query.has("propagationPolicy") && { propagationPolicy: text("propagationPolicy") }),
    ...(query.has("dryRun") && { dryRun: query.getAll("dryRun") }),
  };
}

const policies = ["Background", "Foreground", "Orphan"] as const;
const isPolicy = (text: string | undefined): text is (typeof policies)[number] =>
  policies.some((policy) => policy === text);

function checked({
  dryRun = [],
  gracePeriodSeconds,
  propagationPolicy,
  orphanDependents,
  preconditions = {},
}: Sent): Deletion {
  const problems: FieldProblem[] = [];
  const isRefused = propagationPolicy !== undefined && propagationPolicy !== "" && !isPolicy(propagationPolicy);
  if (isRefused) problems.push(unsupportedField("propagationPolicy", propagationPolicy, [...policies]));
  if (propagationPolicy !== undefined && orphanDependents !== undefined)
    problems.push(
      invalidField(
        "propagationPolicy",
        propagationPolicy,
        "orphanDependents and deletionPropagation cannot be both set",
      ),
    );
  if (gracePeriodSeconds !== undefined && gracePeriodSeconds < 0)
    problems.push(invalidField("gracePeriodSeconds", gracePeriodSeconds, "must be greater than or equal to 0"));
  if (dryRun.some((one) => one !== "All")) problems.push(unsupportedField("dryRun", dryRun, ["All"]));
  if (problems.length > 0) throw invalid(metaKind("DeleteOptions"), "", problems);
  const orphaned = orphanDependents === undefined ? undefined : orphanDependents ? "Orphan" : "Background";
  return {
    isDryRun: dryRun.length > 0,
    gracePeriodSeconds,
    propagation: isPolicy(propagationPolicy) ? propagationPolicy : orphaned,
    preconditions,
  };
}
