import { isJsonObject, ownEntry } from "../json.ts";
import type { AnyType, Field, ObjectShape, Shape } from "../schema.ts";
import { goType, scalarDecoder } from "./scalars.ts";
import { lift, type Trouble, unknownField, unreadable, wrongType } from "./trouble.ts";

/** Reads JSON of one type: a fresh value with its defaults filled in; what is wrong with its form is pushed. */
export type Decode = (value: unknown, troubles: Trouble[]) => unknown;

const built = new WeakMap<AnyType, Decode>();

/** The decoder of a type, built on first use: closures, one a type. */
export function decoderOf(type: AnyType): Decode {
  const known = built.get(type);
  if (known !== undefined) return known;
  const made = build(type.shape);
  built.set(type, made);
  return made;
}

function build(shape: Shape): Decode {
  switch (shape.is) {
    case "object":
      return objectDecoder(shape);
    case "list":
      return listDecoder(shape.of);
    case "map":
      return mapDecoder(shape.of);
    case "lazy":
      return lazyDecoder(shape.to);
    case "json":
    case "rawExtension":
      return jsonDecoder;
    default:
      return scalarDecoder(shape);
  }
}

/** Only what contains itself can nest without end, so only there it is counted: a request must not exhaust the stack. */
const deepest = 200;
const tooDeep = (): Trouble => unreadable("exceeded max depth");

let depth = 0;
function lazyDecoder(to: () => AnyType): Decode {
  return (value, troubles) => {
    if (depth === deepest) {
      troubles.push(tooDeep());
      return undefined;
    }
    depth++;
    const result = decoderOf(to())(value, troubles);
    depth--;
    return result;
  };
}

const jsonDecoder: Decode = (value, troubles) => {
  if (deeperThan(value, deepest)) troubles.push(tooDeep());
  return value;
};
function deeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => deeperThan(one, levels - 1));
}

interface Part {
  readonly name: string;
  readonly decode: Decode;
  /** Whether Go leaves this value out: zero, no pointer holds it, and its tag says `omitempty`. */
  readonly omits: (value: unknown) => boolean;
}

function objectDecoder({ name: typeName, fields, names }: ObjectShape): Decode {
  const struct = typeName.split(".").at(-1) ?? "";
  const parts = new Map(Object.entries(fields).map(([name, field]) => [name, partOf(name, field)]));
  const always = Object.entries(fields).flatMap(([name, field]) => {
    const fill = filling(field);
    return fill === undefined ? [] : [{ name, fill }];
  });
  return (value, troubles) => {
    if (!isJsonObject(value)) {
      troubles.push(wrongType(value, `v1.${struct}`));
      return undefined;
    }
    const result: Record<string, unknown> = { ...names };
    for (const name in value) {
      // what was given, not what is declared: half the time on a Pod, where most fields are absent
      const given = value[name];
      const part = parts.get(name);
      const before = troubles.length;
      if (names !== undefined && Object.hasOwn(names, name)) continue;
      if (part === undefined) troubles.push(unknownField(name));
      else if (given !== null) {
        const read = part.decode(given, troubles);
        if (!part.omits(read)) result[name] = read;
        if (troubles.length > before) lift(troubles, before, { step: { field: name }, struct });
      }
    }
    for (const { name, fill } of always) result[name] ??= fill();
    return result;
  };
}

const partOf = (name: string, { type, presence, zeroCounts }: Field): Part => ({
  name,
  decode: decoderOf(type),
  omits: zeroCounts || presence === "required" || presence === "present" ? never : zeroTest(type.shape),
});

const never = (): boolean => false;
function zeroTest({ is }: Shape): (value: unknown) => boolean {
  if (is === "object" || is === "lazy" || is === "json" || is === "rawExtension") return never;
  if (is === "list") return (value) => Array.isArray(value) && value.length === 0;
  if (is === "map") return (value) => isJsonObject(value) && Object.keys(value).length === 0;
  return (value) => value === "" || value === 0 || value === false;
}

/** What stands in for an absent field: its default, or Go's zero where the field is always written. */
function filling({ presence, type, value }: Field): (() => unknown) | undefined {
  switch (presence) {
    case "defaulted":
      return () => decoderOf(type)(value, []);
    case "required":
    case "present":
      return () => zeroOf(type);
    case "optional":
    case "assigned":
      return undefined;
  }
}

/** What Go holds where nothing was given. */
function zeroOf(type: AnyType): unknown {
  switch (type.shape.is) {
    case "object":
      return decoderOf(type)({}, []);
    case "lazy":
      return zeroOf(type.shape.to());
    case "list":
      return [];
    case "map":
      return {};
    case "boolean":
      return false;
    case "int32":
    case "int64":
    case "double":
    case "intOrString":
      return 0;
    case "quantity":
      return "0";
    case "json":
    case "rawExtension":
    case "time":
    case "microTime":
      return null;
    case "string":
    case "oneOf":
    case "bytes":
      return "";
  }
}

function listDecoder(of: AnyType): Decode {
  const decode = decoderOf(of);
  return (value, troubles) => {
    if (!Array.isArray(value)) {
      troubles.push(wrongType(value, `[]${goType(of)}`));
      return undefined;
    }
    const result = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i++) {
      const before = troubles.length;
      result[i] = value[i] === null ? zeroOf(of) : decode(value[i], troubles);
      if (troubles.length > before) lift(troubles, before, { step: { index: i } });
    }
    return result;
  };
}

function mapDecoder(of: AnyType): Decode {
  const decode = decoderOf(of);
  return (value, troubles) => {
    if (!isJsonObject(value)) {
      troubles.push(wrongType(value, `map[string]${goType(of)}`));
      return undefined;
    }
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const before = troubles.length;
      const read = value[key] === null ? zeroOf(of) : decode(value[key], troubles);
      if (troubles.length > before) lift(troubles, before, { step: { key } });
      if (key === "__proto__")
        Object.defineProperty(result, key, ownEntry(read)); // a label may be called that
      else result[key] = read;
    }
    return result;
  };
}
