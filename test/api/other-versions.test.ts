import assert from "node:assert/strict";
import test from "node:test";
import { builtIn } from "#api/kinds.ts";
import type { ServedKind } from "#machinery/catalogue.ts";
import { read } from "#machinery/decode.ts";
import { withoutUndefined } from "#machinery/json.ts";
import { apiVersionOf } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import { seeded } from "../harness/seeded.ts";
import { catalogue as withGadgets } from "../server/gadgets.ts";
import { generate } from "./generate.ts";

// One suite for every version beside the stored one: a new one is tested by existing.

const seeds = Array.from({ length: 40 }, (_, i) => i + 1);
const others = [...builtIn.served, ...withGadgets.served.filter(({ kind }) => kind === "Gadget")].flatMap((served) =>
  served.other === undefined ? [] : [{ served, other: served.other }],
);

for (const { served, other } of others) {
  const name = `${apiVersionOf(served)} ${served.kind}`;
  const toHub = (object: unknown): unknown => readGood(served.hub.type, other.toHub(object));
  const fromHub = (object: unknown): unknown => readGood(other.type, other.fromHub(object));

  test(`${name}: what is read in it is an object of the hub, and comes back as it was`, () => {
    for (const seed of seeds) {
      const object = other.derive(readGood(other.type, sample(served, other.type, seed)));
      const back = fromHub(toHub(object));
      assert.deepEqual(fromHub(toHub(back)), back, `seed ${seed}`);
    }
  });

  test(`${name}: every object of the hub can be shown in it`, () => {
    for (const seed of seeds) {
      const { hub } = served;
      fromHub(hub.derive(readGood(hub.type, sample(served, hub.type, seed))));
    }
  });
}

function readGood(type: AnyType, json: unknown): unknown {
  const result = read(type, withoutUndefined(json));
  assert(result.kind === "read", result.kind === "mismatch" ? result.message : "");
  assert.deepEqual(result.unknown, []);
  return result.object;
}

/** An object of a kind always has a name. */
function sample({ kind }: ServedKind, type: AnyType, seed: number): unknown {
  const generated = Object(generate(type, seeded(seed)));
  return { ...generated, metadata: { ...generated.metadata, name: kind.toLowerCase() } };
}
