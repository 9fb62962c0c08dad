import { configMaps } from "#api/core/config-map.ts";
import { namespaces } from "#api/core/namespace.ts";
import { serviceAccounts } from "#api/core/service-account.ts";
import type { Informer } from "#client/informer.ts";
import type { ApiObject } from "#client/resource.ts";
import { changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type ControllerContext, collection } from "./context.ts";

/** Every namespace has an account for pods that name none. */
export function serviceAccountController(context: ControllerContext): Loop {
  const accounts = collection(context, serviceAccounts);
  return everyNamespace(context, {
    name: "serviceaccounts",
    object: "default",
    cache: accounts.cache,
    isRight: () => true,
    write: async (namespace) => {
      await accounts.client.create(namespace, { metadata: { name: "default", namespace } });
    },
  });
}

/** Every namespace has the certificate by which pods know the API server. `caPem` is what to publish. */
export function rootCaController(context: ControllerContext, caPem: string): Loop {
  const maps = collection(context, configMaps);
  const name = "kube-root-ca.crt";
  const data = { "ca.crt": caPem };
  return everyNamespace(context, {
    name: "root-ca",
    object: name,
    cache: maps.cache,
    isRight: (map) => map.data?.["ca.crt"] === caPem,
    write: async (namespace, present) => {
      if (present !== undefined) await maps.client.update({ ...present, data });
      else await maps.client.create(namespace, { metadata: { name, namespace }, data });
    },
  });
}

interface PerNamespace<O extends ApiObject> {
  readonly name: string;
  /** What the object is called. */
  readonly object: string;
  readonly cache: Informer<O>;
  readonly isRight: (present: O) => boolean;
  readonly write: (namespace: string, present: O | undefined) => Promise<void>;
}

function everyNamespace<O extends ApiObject>(
  context: ControllerContext,
  { name, object, cache, isRight, write }: PerNamespace<O>,
): Loop {
  const all = context.informers.of(namespaces);
  const lives = (namespace: string): boolean => all.get("", namespace)?.status.phase === "Active";
  return loop<{ readonly present: O | undefined }>({
    name,
    sources: [
      changesOf(all, ({ metadata }) => [metadata.name]),
      changesOf(cache, ({ metadata }) => (metadata.name === object ? [metadata.namespace] : [])),
    ],
    plan(namespace) {
      const present = cache.get(namespace, object);
      return !lives(namespace) || (present !== undefined && isRight(present)) ? undefined : { present };
    },
    async apply({ present }, namespace) {
      await write(namespace, present);
      return undefined;
    },
    parallel: 8,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}
