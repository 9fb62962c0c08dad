import { type FieldProblem, invalidField, requiredField } from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { dns1035LabelTrouble } from "#machinery/rules/names.ts";
import { portProblems } from "#machinery/rules/ports.ts";
import type { IntOrString } from "#machinery/schema.ts";
import { readTime } from "#machinery/time.ts";

interface Subject {
  readonly metadata: { readonly creationTimestamp?: string };
  readonly spec: {
    readonly service: string;
    readonly port?: IntOrString;
    readonly tokenHash: string;
    readonly expires: string;
  };
}
type Problems = Iterable<FieldProblem>;

/** Nobody remembers links for longer: milliseconds of 30 days. */
export const longestShareMs = 30 * 24 * 3_600_000;

export function* shareProblems({ metadata, spec }: Subject): Problems {
  const { service, port, tokenHash, expires } = spec;
  if (service === "") yield requiredField("spec.service", "the Service that the link opens");
  else for (const trouble of dns1035LabelTrouble(service)) yield invalidField("spec.service", service, trouble);
  if (port !== undefined) yield* portProblems("spec.port", port);
  if (!/^[0-9a-f]{64}$/.test(tokenHash))
    yield invalidField("spec.tokenHash", tokenHash, "must be a SHA-256 in 64 hexadecimal digits");
  const fromMs = readTime(metadata.creationTimestamp);
  if (fromMs > 0 && readTime(expires) > fromMs + longestShareMs)
    yield invalidField("spec.expires", expires, "must be at most 30 days after the link is made");
}

/** A link that has been given away keeps meaning what it meant. */
export function* keptShareProblems({ spec }: Subject, { spec: old }: Subject): Problems {
  if (!isSame(spec, old)) yield invalidField("spec", spec, "field is immutable: delete the Share and make another");
}
