import { configMaps } from "#api/core/config-map.ts";
import { resourceClient } from "#client/resource.ts";
import { type Transport, Unreachable } from "#client/transport.ts";
import { eventually } from "../harness/eventually.ts";
import type { Told } from "./history.ts";
import { countOf } from "./writer.ts";

export interface Watcher {
  readonly told: readonly Told[];
  /** How often it had to begin anew where it had been cut off. */
  readonly resumed: () => number;
  /** Rejects with whatever is no cut connection: 410 among them. */
  readonly ended: Promise<void>;
}

/** Follows all ConfigMaps from that resourceVersion on, and goes on after the last one it was told whenever it is cut off. */
export function watchOn(transport: Transport, from: string, signal: AbortSignal): Watcher {
  const client = resourceClient(transport, configMaps);
  const told: Told[] = [];
  let [last, resumed] = [from, 0];
  const once = async (): Promise<void> => {
    for await (const event of client.watch("default", { resourceVersion: last, signal })) {
      if (event.type === "BOOKMARK") {
        last = event.resourceVersion;
        continue;
      }
      const { name, resourceVersion = "" } = event.object.metadata;
      told.push({ type: event.type, name, value: countOf(event.object), resourceVersion: Number(resourceVersion) });
      last = resourceVersion;
    }
  };
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await once();
      } catch (fault) {
        if (signal.aborted) return;
        if (!(fault instanceof Unreachable)) throw fault;
      }
      resumed += 1;
      if (!signal.aborted) await eventually("the server is back", () => isBack(transport), { seconds: 120 });
    }
  };
  return { told, resumed: () => resumed, ended: follow() };
}

async function isBack(transport: Transport): Promise<boolean> {
  const answer = await transport.send({ method: "GET", path: "/readyz", headers: {}, body: undefined });
  await answer.text();
  return answer.status === 200;
}
