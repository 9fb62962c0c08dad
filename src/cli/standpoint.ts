import { join } from "node:path";
import { text } from "node:stream/consumers";
import { start } from "#os/spawn.ts";
import type { Address } from "./addresses.ts";
import { tryAddress } from "./try-address.ts";

/** From where addresses are tried. */
export interface Standpoint {
  /** Where the cluster's names are answered. */
  readonly dnsServer: string;
  /** The network namespace of a node; null: this machine is the node. */
  readonly netns: string | null;
}

/** What each address answers now. Those that only nodes and pods reach are asked from the node, the others from this machine. */
export async function tryAddresses(
  addresses: readonly Address[],
  { dnsServer, netns }: Standpoint,
): Promise<ReadonlyMap<Address, string>> {
  const isInside = ({ from }: Address): boolean => netns !== null && from !== "everywhere";
  const inside = addresses.filter(isInside);
  const outside = addresses.filter((address) => !isInside(address));
  const [own, told] = await Promise.all([
    Promise.all(outside.map((address) => tryAddress(address, dnsServer))),
    netns === null || inside.length === 0 ? [] : tryInside(inside, dnsServer, netns),
  ]);
  return new Map([
    ...outside.map((address, index) => [address, own[index] ?? ""] as const),
    ...inside.map((address, index) => [address, told[index] ?? ""] as const),
  ]);
}

async function tryInside(addresses: readonly Address[], dnsServer: string, netns: string): Promise<readonly string[]> {
  const program = join(import.meta.dirname, "try-here.ts");
  const argv = ["nsenter", `--net=/run/netns/${netns}`, process.execPath, ...process.execArgv, program] as const;
  const child = start([...argv, dnsServer], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin?.end(JSON.stringify(addresses));
  const said = child.stdout === null ? "" : await text(child.stdout);
  const answers: unknown = said === "" ? [] : JSON.parse(said);
  return Array.isArray(answers) ? answers.map(String) : [];
}
