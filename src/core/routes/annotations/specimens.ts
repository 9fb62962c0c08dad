import type { Ingress } from "#api/networking/ingress.ts";
import type { IngressDefaults } from "../ingress-settings.ts";
import { prefix } from "./annotation.ts";
import type { AnnotationLookups } from "./lookups.ts";

/** For tests: what holds where an Ingress says nothing. */
export const defaults: IngressDefaults = {
  filters: { maxBodyBytes: 1_048_576 },
  backend: {
    protocol: "http",
    balance: { kind: "roundRobin" },
    timeouts: { connect: 5, send: 60, read: 60 },
    connectRetries: 2,
  },
  httpsRedirect: { when: "hostHasTls", status: 308 },
};

export const lookups = (there: Partial<AnnotationLookups> = {}): AnnotationLookups => ({
  defaults,
  secret: () => undefined,
  configMap: () => undefined,
  service: () => undefined,
  ...there,
});

/** An Ingress `shop/web` for www.example.com; names of annotations without a prefix get ingress-nginx' own. */
export const ingress = (annotations: Readonly<Record<string, string>>, hosts = ["www.example.com"]): Ingress => ({
  metadata: {
    name: "web",
    namespace: "shop",
    uid: "1",
    resourceVersion: "1",
    creationTimestamp: "2026-11-01T10:00:00Z",
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([name, text]) => [name.includes("/") ? name : prefix + name, text]),
    ),
  },
  spec: { rules: hosts.map((host) => ({ host })) },
  status: { loadBalancer: {} },
});
