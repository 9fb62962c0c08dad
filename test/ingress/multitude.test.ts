import assert from "node:assert/strict";
import { test } from "node:test";
import { secrets } from "#api/core/secret.ts";
import { services } from "#api/core/service.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { ownClass } from "#api/networking/ingress-class/own.ts";
import { StatusError } from "#machinery/status.ts";
import { createAuthority } from "#os/pki.ts";
import { type BrokenKind, backend, brokenKinds } from "./broken-ingresses.ts";
import { type Controlled, controlled, type EngineName, engineOf, makeService } from "./controlled.ts";
import { get } from "./conversations.ts";
import { endpoint, withoutHaproxy } from "./stage.ts";

const goods = 1000;
const broken = 100;
const servicesOfAll = 20;

const goodIngress = (number: number) => ({
  metadata: { name: `good${number}` },
  spec: {
    ingressClassName: ownClass,
    rules: [
      {
        host: `good${number}.example`,
        http: {
          paths: [
            {
              path: "/",
              pathType: "Prefix",
              backend: { service: { name: `web${number % servicesOfAll}`, port: { number: 80 } } },
            },
          ],
        },
      },
    ],
  },
});

/** Good ones have what both ask for: they are older, or of the same second and the first by their names. */
function brokenIngress(number: number, { annotations = {}, spec }: BrokenKind) {
  const host = `wrong${number}.example`;
  const usual = { rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }] };
  const named = Object.entries(annotations).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]);
  return {
    metadata: { name: `wrong${number}`, annotations: Object.fromEntries(named) },
    spec: { ingressClassName: ownClass, ...(spec?.(host) ?? usual) },
  };
}

async function makeSecrets({ of }: Controlled): Promise<void> {
  const now = Date.now();
  const authority = await createAuthority("test", { from: now - 2000, to: now + 3_600_000 });
  const pair = (to: number) => authority.forServer({ name: "x" }, ["*.example"], { from: now - 2000, to });
  const [ended, one, other] = [await pair(now - 1000), await pair(now + 3_600_000), await pair(now + 3_600_000)];
  const make = (name: string, certificate: string, key: string) =>
    of(secrets).create("default", {
      metadata: { name },
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": certificate, "tls.key": key },
    });
  await make("ended", ended.certificate, ended.key);
  await make("mixed", one.certificate, other.key);
  await make("junk", "junk", "junk");
}

/** Makes a hundred of them, of every kind; gives what the controller is to tell. */
async function makeBroken({ of }: Controlled): Promise<readonly string[]> {
  const expected: string[] = [];
  for (let number = 0; number < broken; number++) {
    const kind = brokenKinds[number % brokenKinds.length];
    if (kind === undefined) break;
    const made = of(ingresses).create("default", brokenIngress(number, kind));
    if ("told" in kind.is) {
      await made;
      expected.push(...kind.is.told.map((reason) => `Ingress wrong${number} ${reason} 1`));
    } else {
      const { refusedFor } = kind.is;
      await assert.rejects(made, (fault) => {
        assert.ok(fault instanceof StatusError, kind.what);
        assert.equal(fault.status.code, 422, kind.what);
        assert.ok(fault.message.includes(refusedFor), `${kind.what}: ${fault.message}`);
        return true;
      });
    }
  }
  return expected.toSorted();
}

/** The good ones that are not answered by a pod of theirs. */
async function unserved(port: number): Promise<readonly string[]> {
  const found: string[] = [];
  const numbers = Array.from({ length: goods }, (_, number) => number);
  const asking = async (): Promise<void> => {
    for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
      const answer = await get(port, `good${number}.example`);
      if (!answer.endsWith(`pod${number % servicesOfAll}`)) found.push(`good${number}: ${answer.slice(0, 80)}`);
    }
  };
  await Promise.all(Array.from({ length: 20 }, asking));
  return found;
}

async function judge(name: EngineName): Promise<void> {
  await using others = new AsyncDisposableStack();
  const pods = await Promise.all(Array.from({ length: servicesOfAll }, (_, number) => endpoint(`pod${number}`)));
  for (const one of pods) others.adopt(one, (it) => it.close());
  await using world = await controlled(pods.map(({ port }) => port));
  for (const number of pods.keys()) await makeService(world, `web${number}`, [number]);
  await world.of(services).create("default", {
    metadata: { name: "out" },
    spec: { type: "ExternalName", externalName: "169.254.169.254.example", ports: [{ port: 80 }] },
  });
  await makeSecrets(world);
  for (let number = 0; number < goods / 2; number++) await world.of(ingresses).create("default", goodIngress(number));
  await using first = await engineOf(name);
  await using controller = await world.start(first);
  const expected = await makeBroken(world);
  for (let number = goods / 2; number < goods; number++)
    await world.of(ingresses).create("default", goodIngress(number));
  await controller.idle();
  assert.deepEqual((await world.told()).toSorted(), expected);
  assert.deepEqual(await unserved(first.ports.http), []);

  await makeService(world, "unrelated", [0]);
  await world.of(ingresses).create("default", goodIngress(goods));
  await controller.idle();
  assert.deepEqual((await world.told()).toSorted(), expected, "a change elsewhere");
  assert.deepEqual(first.troubles(), []);
  if (first.reloads !== undefined) assert.deepEqual(first.reloads(), { start: 1 });
  await controller.stop();

  await using second = await engineOf(name);
  await using next = await world.start(second);
  await next.idle();
  assert.deepEqual((await world.told()).toSorted(), expected, "a restart");
  assert.deepEqual(await unserved(second.ports.http), []);
  assert.deepEqual(second.troubles(), []);
  if (second.reloads !== undefined) assert.deepEqual(second.reloads(), { start: 1 });
  assert.deepEqual(world.failures, []);
}

test(
  "1,000 Ingresses are served by HAProxy beside 100 broken ones, each of which is told once what is wrong",
  {
    skip: withoutHaproxy,
  },
  () => judge("haproxy"),
);

test("1,000 Ingresses are served by the embedded engine beside 100 broken ones, each of which is told once what is wrong", () =>
  judge("embedded"));
