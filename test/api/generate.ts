import type { AnyType, Field, Shape } from "#machinery/schema.ts";

/** A value of the type, as a client might send it: every field there or not by chance, fewer the deeper it lies. */
export function generate(type: AnyType, random: () => number, depth = 0): unknown {
  const pick = <T>(...all: readonly [T, ...T[]]): T => all[Math.floor(random() * all.length)] ?? all[0];
  return generateShape(type.shape, { random, pick, depth });
}

interface Chance {
  readonly random: () => number;
  readonly pick: <T>(...all: readonly [T, ...T[]]) => T;
  readonly depth: number;
}

function generateShape(shape: Shape, chance: Chance): unknown {
  const { pick, random, depth } = chance;
  switch (shape.is) {
    case "object":
      return Object.fromEntries(
        Object.entries(shape.fields)
          .filter(([, { presence }]) => isKept(presence, chance))
          .map(([name, field]) => [name, generate(field.type, random, depth + 1)]),
      );
    case "list":
      return Array.from({ length: pick(0, 1, 1, 2, 3) }, () => generate(shape.of, random, depth + 1));
    case "map": {
      const keys = ["a", "example.com/b", "constructor", "__proto__", "ü"].filter(() => random() < 0.3);
      return Object.fromEntries(keys.map((key) => [key, generate(shape.of, random, depth + 1)]));
    }
    case "lazy":
      return generate(shape.to(), random, depth + 1);
    case "string":
      return pick("", "a", "10.0.0.1", "some text\n", "☃ snow", "x".repeat(200));
    case "oneOf":
      return pick(shape.values[0] ?? "", ...shape.values);
    case "boolean":
      return pick(true, false);
    case "int32":
      return pick(0, 1, -1, 80, 300, 2 ** 31 - 1, -(2 ** 31));
    case "int64":
      return pick(0, 1, -7, 2 ** 40, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER);
    case "double":
      return pick(0, 0.5, -1e9);
    case "bytes":
      return pick("", "AA==", "w7w=", "aGVsbG8=");
    case "time":
      return pick("2026-01-02T03:04:05Z", "1999-12-31T23:59:59Z");
    case "microTime":
      return pick("2026-01-02T03:04:05.000006Z", "2026-01-02T03:04:05.120000Z");
    case "quantity":
      return pick("0", "500m", "64Mi", "1e3", "2");
    case "intOrString":
      return pick<number | string>(0, 80, "http", "25%", "");
    case "json":
    case "rawExtension":
      return pick({}, { "f:metadata": { "f:labels": {} } });
  }
}

function isKept(presence: Field["presence"], { random, depth }: Chance): boolean {
  if (presence === "required") return true;
  return random() < (depth < 3 ? 0.6 : depth < 6 ? 0.25 : 0.1);
}
