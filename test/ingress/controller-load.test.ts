import assert from "node:assert/strict";
import { test } from "node:test";
import { events } from "#api/core/event.ts";
import { services } from "#api/core/service.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { ownClass } from "#api/networking/ingress-class/own.ts";
import { eventually } from "../harness/eventually.ts";
import { controlling } from "./controlling.ts";

const [good, broken] = [1000, 100];
const within = { seconds: 60 };

/** What is wrong with it, by its number. */
const troubles = [
  { backend: { service: { name: "missing", port: { number: 80 } } } },
  { backend: { service: { name: "web", port: { number: 81 } } } },
  { backend: { service: { name: "web", port: { name: "nameless" } } } },
  { backend: { resource: { apiGroup: "example.com", kind: "Bucket", name: "files" } } },
];
const fine = { backend: { service: { name: "web", port: { number: 80 } } } };

test("a thousand good Ingresses are served beside a hundred broken ones, each of which has one event, once", async () => {
  await using world = await controlling();
  await world.of(services).create("default", { metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } });
  const make = (name: string, { backend }: (typeof troubles)[number] | typeof fine) =>
    world.of(ingresses).create("default", {
      metadata: { name },
      spec: {
        ingressClassName: ownClass,
        rules: [{ host: `${name}.example.com`, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
      },
    });
  for (let i = 0; i < good + broken; i++)
    await make(i < good ? `good-${i}` : `bad-${i}`, i < good ? fine : (troubles[i % troubles.length] ?? fine));
  const served = () => world.hosts().filter((host) => host.startsWith("good-")).length;
  await eventually("all good hosts", async () => served() === good, within);
  await world.controller.idle();
  const told = (await world.of(events).list("default")).items.filter(
    ({ involvedObject }) => involvedObject.kind === "Ingress",
  );
  const counts = Map.groupBy(told, ({ involvedObject }) => involvedObject.name ?? "");
  assert.deepEqual(
    [...counts.keys()].filter((name) => name.startsWith("good-")),
    [],
  );
  const once = [...counts].filter(([, all]) => all.length === 1 && all[0]?.count === 1);
  assert.deepEqual([counts.size, once.length], [broken, broken]);
});
