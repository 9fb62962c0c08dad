import type { Registry } from "#metrics/registry.ts";
import type { Histogram } from "#metrics/series.ts";
import type { Store } from "#store/store.ts";

// In seconds. Source: k8s.io/apiserver, storage/etcd3/metrics.
const bounds = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

type Operation = "get" | "list" | "create" | "update" | "delete";

/** The same store; how long it takes to answer is told under the name that kube-apiserver has for its etcd. */
export function timedStore(store: Store, registry: Registry): Store {
  const family = registry.histogram(
    {
      name: "etcd_request_duration_seconds",
      help: "Time until the store has answered, in seconds; a write is on disk then.",
      labels: ["operation", "group", "resource"],
    },
    bounds,
  );
  const known = new Map<string, Histogram>();
  const seriesOf = (operation: Operation, key: string): Histogram => {
    const prefix = `${operation} ${key.split("/", 4).slice(2).join("/")}`;
    const found = known.get(prefix);
    if (found !== undefined) return found;
    // Keys are /registry/GROUP/PLURAL/…, with "core" for the group without a name.
    const [, , group = "", resource = ""] = key.split("/", 4);
    const made = family.at({ operation, group: group === "core" ? "" : group, resource });
    known.set(prefix, made);
    return made;
  };
  const timed = async <T>(operation: Operation, key: string, answer: Promise<T>): Promise<T> => {
    const begun = performance.now();
    const given = await answer;
    seriesOf(operation, key).observe((performance.now() - begun) / 1000);
    return given;
  };
  return {
    revision: () => store.revision(),
    status: () => store.status(),
    get: (key) => timed("get", key, store.get(key)),
    range: (prefix, options) => timed("list", prefix, store.range(prefix, options)),
    write: (write) => timed(operationOf(write), write.key, store.write(write)),
    watch: (prefix, afterRevision, sink) => store.watch(prefix, afterRevision, sink),
    compact: (revision) => store.compact(revision),
    close: () => store.close(),
  };
}

function operationOf({ value, expect }: Parameters<Store["write"]>[0]): Operation {
  if (value === undefined) return "delete";
  return expect === 0 ? "create" : "update";
}
