import { checkQuantity, keptQuantity } from "../quantity.ts";
import type { AnyType, Shape } from "../schema.ts";
import { keptMicroTime, keptTime } from "../time.ts";
import { type Trouble, unreadable, wrongNumber, wrongType } from "./trouble.ts";

/** The shapes whose values hold nothing else. */
export type ScalarShape = Exclude<Shape, { readonly is: "object" | "list" | "map" | "lazy" | "json" | "rawExtension" }>;

export function scalarDecoder(shape: ScalarShape): (value: unknown, troubles: Trouble[]) => unknown {
  const trouble = troubleOf(shape);
  return (value, troubles) => {
    const found = trouble(value);
    if (found !== undefined) troubles.push(found);
    return found === undefined ? kept(shape, value) : value;
  };
}

/** A value that can be read, as Kubernetes writes it from then on. */
function kept({ is }: ScalarShape, value: unknown): unknown {
  switch (is) {
    case "quantity":
      return keptQuantity(String(value));
    case "time":
      return keptTime(String(value));
    case "microTime":
      return keptMicroTime(String(value));
    default:
      return value;
  }
}

function troubleOf(shape: ScalarShape): (value: unknown) => Trouble | undefined {
  switch (shape.is) {
    case "string":
    case "oneOf":
      return (value) => (typeof value === "string" ? undefined : wrongType(value, "string"));
    case "boolean":
      return (value) => (typeof value === "boolean" ? undefined : wrongType(value, "bool"));
    case "double":
      return (value) => (typeof value === "number" ? undefined : wrongType(value, "float64"));
    case "int32":
      return (value) => integerTrouble(value, { wanted: "int32", min: -(2 ** 31), max: 2 ** 31 - 1 });
    case "int64":
      return (value) => integerTrouble(value, { wanted: "int64", min: -(2 ** 63), max: 2 ** 63 });
    case "intOrString":
      return (value) =>
        typeof value === "string"
          ? undefined
          : integerTrouble(value, { wanted: "int32", min: -(2 ** 31), max: 2 ** 31 - 1 });
    case "quantity":
      return (value) =>
        typeof value === "string" || typeof value === "number"
          ? sentence(checkQuantity(String(value)))
          : sentence(checkQuantity(JSON.stringify(value)));
    case "bytes":
      return (value) => (typeof value === "string" ? sentence(checkBase64(value)) : wrongType(value, "[]uint8"));
    case "time":
    case "microTime":
      return (value) => (typeof value === "string" ? sentence(checkTime(value, shape.is)) : wrongType(value, "string"));
  }
}

const sentence = (text: string | undefined): Trouble | undefined => (text === undefined ? undefined : unreadable(text));

function integerTrouble(
  value: unknown,
  { wanted, min, max }: { readonly wanted: string; readonly min: number; readonly max: number },
): Trouble | undefined {
  if (typeof value !== "number") return wrongType(value, wanted);
  return Number.isInteger(value) && value >= min && value <= max ? undefined : wrongNumber(value, wanted);
}

// RFC 4648 section 4, with padding; Go skips line breaks.
function checkBase64(value: string): string | undefined {
  const kept = value.replace(/[\r\n]/g, "");
  const bad = kept.search(/[^A-Za-z0-9+/=]|=(?!=?$)/);
  if (bad >= 0) return `illegal base64 data at input byte ${bad}`;
  return kept.length % 4 === 0 ? undefined : `illegal base64 data at input byte ${kept.length - (kept.length % 4)}`;
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
/** What Go's `time.Parse` calls the layout. */
const layouts = { time: "2006-01-02T15:04:05Z07:00", microTime: "2006-01-02T15:04:05.000000Z07:00" };

function checkTime(value: string, as: "time" | "microTime"): string | undefined {
  if (rfc3339.test(value) && !Number.isNaN(Date.parse(value))) return undefined;
  return `parsing time ${JSON.stringify(value)} as ${JSON.stringify(layouts[as])}: cannot parse ${JSON.stringify(value)} as "2006"`;
}

/** How Go's reflection names a type: `[]v1.ServicePort`. */
export function goType({ shape }: AnyType): string {
  switch (shape.is) {
    case "object":
      return `v1.${shape.name.split(".").at(-1)}`;
    case "lazy":
      return goType(shape.to());
    case "list":
      return `[]${goType(shape.of)}`;
    case "map":
      return `map[string]${goType(shape.of)}`;
    case "boolean":
      return "bool";
    case "double":
      return "float64";
    case "bytes":
      return "[]uint8";
    case "oneOf":
      return "string";
    case "time":
      return "v1.Time";
    case "microTime":
      return "v1.MicroTime";
    case "quantity":
      return "resource.Quantity";
    case "intOrString":
      return "intstr.IntOrString";
    case "json":
      return "v1.FieldsV1";
    case "rawExtension":
      return "runtime.RawExtension";
    case "string":
    case "int32":
    case "int64":
      return shape.is;
  }
}
