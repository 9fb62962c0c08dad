import assert from "node:assert/strict";
import { test } from "node:test";
import { deployments } from "#api/apps/deployment.ts";
import { secrets } from "#api/core/secret.ts";
import { services } from "#api/core/service.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { ownClass } from "#api/networking/ingress-class/own.ts";
import { ingressObjects } from "#cluster/ingress-objects.ts";
import { ingressPlace } from "#cluster/ingress-rights.ts";
import { ingressArrival } from "#daemons/controllers/ingress-arrival.ts";
import { eventually } from "../harness/eventually.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const { namespace, name } = ingressPlace;
const identity = {
  server: "https://10.96.0.1:443",
  ca: "the authority",
  client: { certificate: "a certificate", key: "its key" },
};
const backend = { service: { name: "web", port: { number: 80 } } };

function arrivalIn({ transport, informers }: Cluster): AsyncDisposable & { readonly idle: () => Promise<void> } {
  const working = ingressArrival(
    { transport, informers, now: Date.now, random: Math.random, failed: ({ fault }) => assert.fail(String(fault)) },
    { place: ingressPlace, objects: async () => ingressObjects(identity) },
  );
  return { idle: working.idle, [Symbol.asyncDispose]: () => working.stop() };
}

const imageIn = ({ informers }: Cluster): string | undefined =>
  informers.of(deployments).get(namespace, name)?.spec.template.spec?.containers[0]?.image;

const arrived = (cluster: Cluster): Promise<unknown> =>
  eventually("the controller's Deployment", async () => imageIn(cluster), { seconds: 10 });

test("the ingress controller comes with the first Ingress of our class, and not with others", async () => {
  await using cluster = await startCluster();
  await using arrival = arrivalIn(cluster);
  const ofOther = { defaultBackend: backend, ingressClassName: "other" };
  await cluster.of(ingresses).create("default", { metadata: { name: "theirs" }, spec: ofOther });
  await arrival.idle();
  assert.equal(imageIn(cluster), undefined);
  const spec = { defaultBackend: backend, ingressClassName: ownClass };
  await cluster.of(ingresses).create("default", { metadata: { name: "ours" }, spec });
  await arrived(cluster);
  const service = await cluster.of(services).get(namespace, name);
  assert.deepEqual([service.spec.type, service.spec.externalTrafficPolicy], ["LoadBalancer", "Local"]);
  const { data } = await cluster.of(secrets).get(namespace, name);
  assert.match(Buffer.from(data?.kubeconfig ?? "", "base64").toString(), /server: https:\/\/10\.96\.0\.1:443/);
});

test("what users change of it stays theirs, and what they delete comes back while an Ingress needs it", async () => {
  await using cluster = await startCluster();
  const spec = { defaultBackend: backend, ingressClassName: ownClass };
  await cluster.of(ingresses).create("default", { metadata: { name: "ours" }, spec });
  {
    await using _ = arrivalIn(cluster);
    await arrived(cluster);
    await cluster.of(deployments).patch(namespace, name, { type: "merge", body: { spec: { replicas: 3 } } });
    await cluster.of(services).delete(namespace, name);
    await eventually("the Service is there again", async () => cluster.informers.of(services).get(namespace, name), {
      seconds: 10,
    });
  }
  await using again = arrivalIn(cluster);
  await again.idle();
  assert.equal((await cluster.of(deployments).get(namespace, name)).spec.replicas, 3);
});
