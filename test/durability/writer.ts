import { type ConfigMap, configMaps } from "#api/core/config-map.ts";
import { refusedFor, resourceClient } from "#client/resource.ts";
import { type Transport, Unreachable } from "#client/transport.ts";
import { eventually } from "../harness/eventually.ts";
import type { Write } from "./history.ts";

/** What the writers know together. */
export interface Desk {
  readonly writes: Write[];
  /** The highest resourceVersion that was answered to anybody. */
  highest: number;
}

export const countOf = ({ data }: ConfigMap): string => data?.count ?? "";

/** Creates, updates and deletes one ConfigMap over and over until `signal`; after a cut connection it looks what has become of it. */
export async function writeOn(transport: Transport, { name, desk, signal }: WriterOptions): Promise<void> {
  const client = resourceClient(transport, configMaps);
  let present: ConfigMap | undefined;
  for (let count = 1; !signal.aborted; count++) {
    const verb = present === undefined ? "create" : count % 7 === 0 ? "delete" : "update";
    const value = verb === "delete" && present !== undefined ? countOf(present) : String(count);
    const saying = { count: value, filler: "x".repeat((count * 397) % 5000) };
    const write = { name, verb, value, above: desk.highest } as const;
    try {
      const answered = await send(verb, saying);
      const resourceVersion = answered && Number(answered.metadata.resourceVersion);
      desk.highest = Math.max(desk.highest, resourceVersion ?? 0);
      desk.writes.push({ ...write, resourceVersion, outcome: "answered" });
      present = answered;
    } catch (fault) {
      if (!(fault instanceof Unreachable)) throw fault;
      const found = await look();
      const isDone = verb === "delete" ? found === undefined : found !== undefined && countOf(found) === value;
      desk.writes.push({ ...write, resourceVersion: undefined, outcome: isDone ? "done" : "lost" });
      if (!isDone && found?.metadata.resourceVersion !== present?.metadata.resourceVersion)
        throw new Error(
          `${name}: ${present?.metadata.resourceVersion} was answered, ${found?.metadata.resourceVersion} is there`,
        );
      present = found;
    }
  }

  async function send(verb: Write["verb"], saying: Readonly<Record<string, string>>): Promise<ConfigMap | undefined> {
    if (present === undefined) return client.create("default", { metadata: { name }, data: saying });
    if (verb === "update") return client.update({ ...present, data: saying });
    await client.delete("default", name);
    return undefined;
  }

  async function look(): Promise<ConfigMap | undefined> {
    const found = await eventually(
      "the server is back",
      async () => {
        try {
          return { object: await client.get("default", name) };
        } catch (fault) {
          if (refusedFor(fault, "NotFound")) return { object: undefined };
          throw fault;
        }
      },
      { seconds: 120 },
    );
    return found.object;
  }
}

export interface WriterOptions {
  readonly name: string;
  readonly desk: Desk;
  readonly signal: AbortSignal;
}
