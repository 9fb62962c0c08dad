import type { Ingress } from "#api/networking/ingress.ts";
import { defaultSettings } from "../default-settings.ts";
import { prefix } from "./annotation.ts";
import type { AnnotationLookups } from "./lookups.ts";

/** For tests: nothing is there but the defaults. */
export const lookups = (there: Partial<AnnotationLookups> = {}): AnnotationLookups => ({
  defaults: defaultSettings,
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
