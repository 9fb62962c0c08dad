import type { ConfigMap } from "#api/core/config-map.ts";
import type { Secret } from "#api/core/secret.ts";
import type { Service } from "#api/core/service.ts";
import type { IngressDefaults } from "../ingress-settings.ts";

/** What annotations refer to, each by `namespace/name`; undefined where it isn't there. */
export interface AnnotationLookups {
  readonly defaults: IngressDefaults;
  readonly secret: (name: string) => Secret | undefined;
  readonly configMap: (name: string) => ConfigMap | undefined;
  readonly service: (name: string) => Service | undefined;
}
