import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Sent, type Served, serve } from "./served.ts";

/** What is sent, and the refusal: its code, its reason, and what its message is or contains. */
export type Row = readonly [
  name: string,
  request: string,
  sent: Sent,
  code: number,
  reason: string,
  message: string | RegExp,
];

export const services = "/api/v1/namespaces/default/services";
export const configMaps = "/api/v1/namespaces/default/configmaps";
export const service = (name: string, spec: object) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec,
});
export const configMap = (name: string, data: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});

const standard = new Set(Object.getOwnPropertyNames(Object.prototype));

/** A test a row, on a cluster with the Service `web` and the ConfigMap `cm`; in the end nothing must have been stored. */
export function testRefusals(rows: readonly Row[]): { readonly served: () => Served } {
  let served: Served;
  let revision: number;
  before(async () => {
    served = await serve();
    await served.send("POST", services, { body: service("web", { ports: [{ port: 80 }] }) });
    await served.send("POST", configMaps, { body: configMap("cm") });
    revision = await served.store.revision();
  });
  after(async () => {
    assert.equal(await served.store.revision(), revision, "nothing of all this was stored");
    assert.deepEqual(
      Object.getOwnPropertyNames(Object.prototype).filter((name) => !standard.has(name)),
      [],
    );
    await served[Symbol.asyncDispose]();
  });
  for (const [name, request, sent, code, reason, message] of rows) {
    test(`refused: ${name}`, async () => {
      const [method = "", path = ""] = request.split(/ (.*)/s);
      const told = await served.send(method, path, sent);
      const seen = [told.status, told.at("kind"), told.at("status"), told.at("code"), told.at("reason")];
      assert.deepEqual(seen, [code, "Status", "Failure", code, reason], told.text);
      const said = String(told.at("message"));
      if (typeof message === "string") assert.equal(said, message);
      else assert.match(said, message);
    });
  }
  return { served: () => served };
}
