import { type FieldProblem, requiredField, unsupportedField } from "../field-problem.ts";
import { isJsonObject } from "../json.ts";
import type { AnyType, Field, Shape } from "../schema.ts";

type Check = (value: unknown, problems: FieldProblem[]) => void;
const built = new WeakMap<AnyType, Check>();

/** What a declaration alone can say of a value that has its shape: required fields, and words it knows. */
export function schemaProblems(type: AnyType, object: unknown): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  checkOf(type)(object, problems);
  return problems;
}

function checkOf(type: AnyType): Check {
  const known = built.get(type);
  if (known !== undefined) return known;
  const made = build(type.shape);
  built.set(type, made);
  return made;
}

const nothing: Check = () => {};

function build(shape: Shape): Check {
  switch (shape.is) {
    case "object":
      return objectCheck(shape.fields);
    case "list":
      return listCheck(checkOf(shape.of));
    case "map":
      return mapCheck(checkOf(shape.of));
    case "lazy":
      return (value, problems) => checkOf(shape.to())(value, problems);
    case "oneOf":
      return (value, problems) => {
        if (typeof value === "string" && !shape.values.includes(value))
          problems.push(unsupportedField("", value, shape.values));
      };
    default:
      return nothing;
  }
}

function objectCheck(fields: Readonly<Record<string, Field>>): Check {
  const checks = Object.entries(fields)
    .map(([name, field]) => ({ name, check: checkOf(field.type), needed: field.presence === "required" }))
    .filter(({ check, needed }) => check !== nothing || needed);
  return (value, problems) => {
    if (!isJsonObject(value)) return;
    for (const { name, check, needed } of checks) {
      const given = value[name];
      const before = problems.length;
      if (needed && isMissing(given)) problems.push(requiredField(""));
      else if (given !== undefined) check(given, problems);
      if (problems.length > before) lift(problems, before, name);
    }
  };
}
const isMissing = (value: unknown): boolean =>
  value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

function listCheck(check: Check): Check {
  if (check === nothing) return nothing;
  return (value, problems) => {
    if (!Array.isArray(value)) return;
    for (let i = 0; i < value.length; i++) {
      const before = problems.length;
      check(value[i], problems);
      if (problems.length > before) lift(problems, before, `[${i}]`);
    }
  };
}

function mapCheck(check: Check): Check {
  if (check === nothing) return nothing;
  return (value, problems) => {
    if (!isJsonObject(value)) return;
    for (const key of Object.keys(value)) {
      const before = problems.length;
      check(value[key], problems);
      if (problems.length > before) lift(problems, before, `[${key}]`);
    }
  };
}

function lift(problems: FieldProblem[], from: number, step: string): void {
  for (let i = from; i < problems.length; i++) {
    const one = problems[i];
    if (one === undefined) continue;
    const joint = one.path === "" || one.path.startsWith("[") ? "" : ".";
    problems[i] = { ...one, path: `${step}${joint}${one.path}` };
  }
}
