import { unavailable } from "#machinery/status.ts";
import type { Store } from "#store/store.ts";
import type { Draining } from "../draining.ts";
import type { Check } from "./health.ts";

interface Ready {
  readonly draining: Draining;
  readonly isSynced: () => boolean;
}

/** By the names that kube-apiserver has for them; the store stands where its etcd does. */
export const checksOf = (store: Store, { draining, isSynced }: Ready): readonly Check[] => [
  { name: "ping", probe: async () => {} },
  { name: "etcd", probe: () => store.revision() },
  { name: "informer-sync", isOfReadiness: true, probe: () => holds(isSynced(), "what is stored is being read anew") },
  { name: "shutdown", isOfReadiness: true, probe: () => holds(!draining.hasBegun(), "the server is shutting down") },
];

async function holds(claim: boolean, otherwise: string): Promise<void> {
  if (!claim) throw unavailable(otherwise);
}
