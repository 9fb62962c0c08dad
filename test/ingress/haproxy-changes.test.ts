import assert from "node:assert/strict";
import { test } from "node:test";
import { selfSigned } from "#daemons/ingress/self-signed.ts";
import { get, serialShown } from "./conversations.ts";
import { startLoad } from "./load.ts";
import { endpoint, withoutHaproxy as skip, stage } from "./stage.ts";
import { certificateOf, everything, tableOf, type Wish } from "./tables.ts";

test("hosts come and go under load: nothing fails", { skip }, async () => {
  await using place = await stage();
  const { engine, reloads, faults } = await place.engine();
  await using others = new AsyncDisposableStack();
  const [first, second] = [await endpoint("first"), await endpoint("second")];
  for (const each of [first, second]) others.adopt(each, (it) => it.close());
  const serve = (count: number) => {
    const more = Array.from({ length: count }, (_, index) => [`h${index}.example`, [second.port]]);
    const hosts: Wish["hosts"] = { "a.example": [first.port], ...Object.fromEntries(more) };
    return engine.serve(tableOf({ ports: place.ports, hosts }), everything);
  };
  await serve(0);
  const load = startLoad({ port: place.ports.http, perSecond: 1000, keepAlive: true, host: "a.example" });
  for (let count = 1; count <= 200; count++) {
    await serve(count);
    assert.match(await get(place.ports.http, `h${count - 1}.example`), /second$/);
  }
  for (let count = 199; count >= 0; count--) {
    await serve(count);
    assert.match(await get(place.ports.http, `h${count}.example`), /^HTTP\/1.1 404/);
  }
  const { failures, kinds, answers } = await load.stop();
  assert.deepEqual([failures, kinds, [...answers.keys()]], [0, {}, ["first"]]);
  assert.deepEqual(faults, []);
  // More sections for backends than stand ready are a matter of configuration, and are made in large numbers.
  assert.ok(Object.values(reloads()).reduce((sum, one) => sum + one, 0) <= 4, JSON.stringify(reloads()));
});

test("a client keeps its endpoint by its cookie while others come and go", { skip }, async () => {
  await using place = await stage();
  const { engine, reloads, faults } = await place.engine();
  await using others = new AsyncDisposableStack();
  const all = await Promise.all(["e0", "e1", "e2", "e3"].map(endpoint));
  for (const each of all) others.adopt(each, (it) => it.close());
  const serve = (...members: readonly number[]) => {
    const hosts = { "a.example": members.map((index) => all[index]?.port ?? 0) };
    return engine.serve(tableOf({ ports: place.ports, hosts, sticky: true }), everything);
  };
  await serve(0, 1);
  // One that was added while HAProxy ran.
  await serve(0, 1, 2);
  let answer = "";
  while (!answer.endsWith("e2")) answer = await get(place.ports.http, "a.example");
  const cookie = /set-cookie: (sticks=[^;\r]+)/i.exec(answer)?.[1] ?? "none";
  const mine = async () => (await get(place.ports.http, "a.example", "/", `Cookie: ${cookie}`)).slice(-2);
  for (const members of [
    [0, 1, 2],
    [1, 2, 3],
    [2, 3],
    [0, 1, 2, 3],
  ]) {
    await serve(...members);
    assert.deepEqual(await Promise.all(Array.from({ length: 8 }, mine)), Array(8).fill("e2"));
  }
  await serve(0, 1, 3);
  assert.match(await mine(), /e[013]/);
  await serve(0, 1, 2, 3);
  assert.equal(await mine(), "e2");
  assert.deepEqual(reloads(), { start: 1 });
  assert.deepEqual(faults, []);
});

test("a certificate that HAProxy doesn't take is left out at run time too, and named", { skip }, async () => {
  await using place = await stage();
  const { engine, refused, faults } = await place.engine();
  const good = await selfSigned(Date.now());
  const bad = { certificate: good.certificate, key: (await selfSigned(Date.now())).key };
  const serve = (hosts: Wish["hosts"], pair: typeof good | undefined) =>
    engine.serve(
      tableOf({
        ports: place.ports,
        hosts,
        certificates: [
          certificateOf("a.example", "good", good),
          ...(pair === undefined ? [] : [certificateOf("b.example", pair === bad ? "bad" : "mended", pair)]),
        ],
      }),
      everything,
    );
  const hosts = { "a.example": [], "b.example": [], "c.example": [] };
  await serve(hosts, undefined);
  const fallback = await serialShown(place.ports.https, "b.example");
  await serve(hosts, bad);
  assert.deepEqual(
    refused().map(({ origin }) => origin.name),
    ["default/b.example"],
  );
  assert.equal(faults.length, 1);
  assert.equal(await serialShown(place.ports.https, "b.example"), fallback);
  assert.notEqual(await serialShown(place.ports.https, "a.example"), fallback);
  await serve(hosts, good);
  assert.deepEqual(refused(), []);
  assert.notEqual(await serialShown(place.ports.https, "b.example"), fallback);
});
