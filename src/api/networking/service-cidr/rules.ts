import { type FieldProblem, invalidField, requiredField } from "#machinery/field-problem.ts";
import { strictCidrProblems } from "#machinery/rules/addresses.ts";
import { parseBlock } from "#net/cidr.ts";
import type { ServiceCIDRSpec } from "./spec.ts";

// Source: ValidateServiceCIDR and ValidateServiceCIDRUpdate in pkg/apis/networking/validation/validation.go.

interface Subject {
  readonly spec: ServiceCIDRSpec;
}
type Problems = Iterable<FieldProblem>;

const path = "spec.cidrs";

export function* serviceCidrProblems({ spec }: Subject): Problems {
  const { cidrs = [] } = spec;
  if (cidrs.length === 0) yield requiredField(path, "at least one CIDR required");
  if (cidrs.length > 2) yield invalidField(path, spec, "may only hold up to 2 values");
  if (cidrs.length === 0 || cidrs.length > 2) return;
  for (const [i, cidr] of cidrs.entries()) yield* strictCidrProblems(`${path}[${i}]`, cidr);
  const [first, second] = cidrs.map((cidr) => parseBlock(cidr)?.family);
  if (first !== undefined && first === second)
    yield invalidField(
      path,
      cidrs,
      "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64",
    );
}

/** A range stays what it is; a second one, of the other family, may come. */
export function* keptCidrProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  const [now, before] = [next.cidrs ?? [], old.cidrs ?? []];
  const immutable = "field is immutable";
  if (now.length !== before.length && !(before.length === 1 && now.length === 2))
    yield invalidField(path, now, immutable);
  else
    for (const [i, cidr] of before.entries())
      if (now[i] !== cidr) yield invalidField(`${path}[${i}]`, now[i], immutable);
}
