import assert from "node:assert/strict";
import type { FakeNode } from "../kubelet/fake-node.ts";
import { type Listening, type ListeningOptions, listening } from "./listening.ts";

export const shopPods = "/api/v1/namespaces/shop/pods";

/**
 * A server whose namespace `shop` has pods on a node: `web-0` is there and runs; the agent doesn't know `gone`; `waiting` hasn't begun, and
 * `done` has ended.
 */
export async function shopOn(node: FakeNode, options: ListeningOptions = {}): Promise<Listening> {
  const { certificate, key } = node.apiServer;
  const server = await listening({ kubelet: { certificate, key, ca: node.ca }, ...options });
  const { send } = server.served;
  const make = async (path: string, body: object): Promise<void> => {
    const told = await send("POST", path, { body });
    assert.equal(told.status, 201, told.text);
  };
  const tell = async (path: string, status: object): Promise<void> => {
    const headers = { "content-type": "application/merge-patch+json" };
    const told = await send("PATCH", `${path}/status`, { body: { status }, headers });
    assert.equal(told.status, 200, told.text);
  };
  await make("/api/v1/namespaces", { metadata: { name: "shop" } });
  await make("/api/v1/namespaces/shop/serviceaccounts", { metadata: { name: "default" } });
  await make("/api/v1/nodes", { metadata: { name: "n1" } });
  await tell("/api/v1/nodes/n1", {
    addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
    daemonEndpoints: { kubeletEndpoint: { Port: node.port } },
  });
  for (const [name, phase] of [
    ["web-0", "Running"],
    ["gone", "Running"],
    ["waiting", "Pending"],
    ["done", "Succeeded"],
  ]) {
    const spec = { nodeName: "n1", containers: [{ name: "web", image: "i" }] };
    await make(shopPods, { metadata: { name }, spec });
    await tell(`${shopPods}/${name}`, { phase });
  }
  return server;
}
