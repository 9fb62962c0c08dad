import type { Served, Told } from "./served.ts";

// What tests of applies have in common.

export const services = "/api/v1/namespaces/default/services";
export const maps = "/api/v1/namespaces/default/configmaps";
export const deployments = "/apis/apps/v1/namespaces/default/deployments";
export const merge = { "content-type": "application/merge-patch+json" };
export const jsonPatch = { "content-type": "application/json-patch+json" };

export const apply = ({ send }: Served, path: string, body: object, query = "fieldManager=a"): Promise<Told> =>
  send("PATCH", `${path}?${query}`, { body, headers: { "content-type": "application/apply-patch+yaml" } });

export const map = (data: object, more: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "m", ...more },
  data,
});
export const service = (port: object) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web" },
  spec: { selector: { app: "web" }, ports: [port] },
});
export const deployment = (spec: object) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: { selector: { matchLabels: { app: "web" } }, ...spec },
});
export const template = (...containers: readonly object[]) => ({
  metadata: { labels: { app: "web" } },
  spec: { containers },
});

/** One line an entry: whose it is, and what it holds. */
export const owners = (told: Told): readonly string[] =>
  Object.values<Readonly<Record<string, unknown>>>(Object(told.at("metadata", "managedFields"))).map(
    ({ manager, operation, subresource, fieldsV1 }) =>
      `${manager} ${operation}${subresource === undefined ? "" : ` ${subresource}`} ${JSON.stringify(fieldsV1)}`,
  );
