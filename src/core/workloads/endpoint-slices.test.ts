import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { seeded } from "../../../test/harness/seeded.ts";
import { podOf } from "../pod-specimens.ts";
import { planSlices } from "./endpoint-slices.ts";
import { planEndpoints } from "./legacy-endpoints.ts";
import { serviceOf } from "./specimens.ts";

/** Carries plans out, as a server would. */
class Slices {
  all: EndpointSlice[] = [];
  writes = 0;
  #made = 0;

  follow(service: Service, pods: readonly Pod[]): void {
    const { create, update, remove } = planSlices({ service, pods, slices: this.all, zoneOf: () => undefined });
    this.writes = create.length + update.length + remove.length;
    const updated = new Map(update.map((slice) => [slice.metadata.uid, slice]));
    this.all = this.all
      .filter((slice) => !remove.includes(slice))
      .map((slice) => updated.get(slice.metadata.uid) ?? slice);
    for (const { metadata, ...rest } of create) {
      const name = `${metadata.generateName}${this.#made++}`;
      const assigned = { name, uid: name, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };
      this.all.push({ ...rest, metadata: { ...metadata, ...assigned } });
    }
  }

  get names(): readonly string[] {
    return this.all.flatMap(({ endpoints }) => endpoints.map(({ targetRef }) => targetRef?.name ?? "")).toSorted();
  }
}

test("pods that come and go at random are each in one slice, and no slice is too large", () => {
  const service = serviceOf("web");
  for (let seed = 1; seed <= 5; seed++) {
    const random = seeded(seed);
    const pods = new Map<string, Pod>();
    const slices = new Slices();
    for (let round = 0; round < 60; round++) {
      const grows = random() < 0.55;
      for (let i = 0; i < random() * 80; i++) {
        const name = `pod-${Math.floor(random() * 400)}`;
        if (grows) pods.set(name, podOf(name, { ip: `10.0.${pods.size >> 8}.${pods.size & 255}`, readySince: 0 }));
        else pods.delete(name);
      }
      slices.follow(service, [...pods.values()]);
      assert.deepEqual(slices.names, [...pods.keys()].toSorted());
      assert.ok(slices.all.every(({ endpoints }) => endpoints.length <= 100));
      slices.follow(service, [...pods.values()]);
      assert.equal(slices.writes, 0, "what is right is left alone");
    }
    slices.follow(service, []);
    assert.deepEqual(
      slices.all.map(({ endpoints }) => endpoints.length),
      [0],
    );
  }
});

test("both address families have slices of their own, of the families that the Service has", () => {
  const pod = podOf("a", { ip: "10.0.0.1" });
  const dual = { ...pod, status: { ...pod.status, podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }] } };
  const slices = new Slices();
  slices.follow(serviceOf("web", { ipFamilies: ["IPv4", "IPv6"] }), [dual]);
  const told = () => slices.all.map(({ addressType, endpoints }) => `${addressType} ${endpoints[0]?.addresses}`);
  assert.deepEqual(told().toSorted(), ["IPv4 10.0.0.1", "IPv6 fd00::1"]);
  slices.follow(serviceOf("web", { ipFamilies: ["IPv6"] }), [dual]);
  assert.deepEqual(told(), ["IPv6 fd00::1"]);
});

test("without a selector, or as ExternalName, a Service has no slices of ours", () => {
  const slices = new Slices();
  slices.follow(serviceOf("web"), [podOf("a", { ip: "10.0.0.1" })]);
  slices.follow(serviceOf("web", { type: "ExternalName", externalName: "example.org" }), []);
  assert.deepEqual(slices.all, []);
  slices.follow(serviceOf("web", { selector: {} }), [podOf("a", { ip: "10.0.0.1" })]);
  assert.deepEqual(slices.all, []);
});

test("Endpoints hold 1000 addresses, ready ones first, and say that they are cut", () => {
  const pods = Array.from({ length: 1100 }, (_, i) =>
    podOf(`p${i}`, { ip: `10.0.${i >> 8}.${i & 255}`, ...(i >= 200 && { readySince: 1000 }) }),
  );
  const draft = planEndpoints(serviceOf("web"), pods, undefined);
  const [subset] = draft?.subsets ?? [];
  assert.deepEqual([subset?.addresses?.length, subset?.notReadyAddresses?.length], [900, 100]);
  assert.equal(draft?.metadata.annotations?.["endpoints.kubernetes.io/over-capacity"], "truncated");
});

test("a pod that says it has an address of every machine's own is no endpoint, and keeps nobody else from being one", () => {
  const slices = new Slices();
  const pods = ["127.0.0.1", "169.254.1.1", "0.0.0.0", "224.0.0.1", "10.0.0.300", "10.0.0.7"].map((ip, i) =>
    podOf(`p${i}`, { ip, readySince: 0 }),
  );
  slices.follow(serviceOf("web"), pods);
  assert.deepEqual(slices.names, ["p5"]);
  slices.follow(serviceOf("web", { ipFamilies: ["IPv6"] }), [
    podOf("a", { ip: "fe80::1" }),
    podOf("b", { ip: "fd00::7" }),
  ]);
  assert.deepEqual(slices.names, ["b"]);
});

test("whether slices are of a headless Service is told by the Service, not by its label", () => {
  const slices = new Slices();
  const labelled = serviceOf("web");
  const label = "service.kubernetes.io/headless";
  slices.follow({ ...labelled, metadata: { ...labelled.metadata, labels: { [label]: "", app: "web" } } }, []);
  assert.deepEqual(slices.all[0]?.metadata.labels?.[label], undefined);
  assert.equal(slices.all[0]?.metadata.labels?.app, "web");
  slices.follow(serviceOf("web", { clusterIP: "None" }), []);
  assert.equal(slices.all[0]?.metadata.labels?.[label], "");
});
