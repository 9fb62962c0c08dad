import type { Argv } from "#os/spawn.ts";

/** A chain at the forward hook of a table that isn't ours, as `nft -j list chains` tells of it. */
export interface ForwardChain {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly policy: string;
}
export interface Firewall {
  readonly forwardChains: readonly ForwardChain[];
  /** Every chain's name, in any table: DOCKER-USER and ufw's are known by theirs. */
  readonly chainNames: ReadonlySet<string>;
  readonly tableNames: ReadonlySet<string>;
}

/** What lets our packets pass a firewall that drops what it does not know. */
export type Passage =
  | { readonly kind: "free" }
  | { readonly kind: "rules"; readonly owner: "Docker" | "ufw" | "firewalld"; readonly rules: readonly Rule[] }
  /** No place is known where that table wants such rules: its owner must say it. */
  | { readonly kind: "tell"; readonly sentence: string };
export interface Rule {
  readonly add: Argv;
  readonly undo: Argv;
}

/**
 * Docker, ufw and firewalld drop forwarded packets, and an accept in our table can't undo a drop in theirs; each has a place
 * for rules of others. `block` holds the pods' addresses: every packet that we forward comes from there or goes there.
 */
export function passageThrough({ forwardChains, chainNames, tableNames }: Firewall, block: string): Passage {
  const dropping = forwardChains.find(({ policy }) => policy === "drop");
  if (tableNames.has("firewalld")) return { kind: "rules", owner: "firewalld", rules: [firewalldZone(block)] };
  if (dropping === undefined) return { kind: "free" };
  if (chainNames.has("DOCKER-USER"))
    return { kind: "rules", owner: "Docker", rules: ["-s", "-d"].map((side) => dockerRule(side, block)) };
  if ([...chainNames].some((name) => name.startsWith("ufw-"))) {
    return { kind: "rules", owner: "ufw", rules: ["from", "to"].map((side) => ufwRoute(side, block)) };
  }
  const { family, table, chain } = dropping;
  const command = (side: string): string => `nft insert rule ${family} ${table} ${chain} ip ${side} ${block} accept`;
  return {
    kind: "tell",
    sentence: `the table ${family} ${table} of this machine drops forwarded packets (chain ${chain}), and with them those between pods; let them pass: ${command("saddr")} && ${command("daddr")}`,
  };
}

const firewalldZone = (block: string): Rule => ({
  add: ["firewall-cmd", "--zone=trusted", `--add-source=${block}`],
  undo: ["firewall-cmd", "--zone=trusted", `--remove-source=${block}`],
});

const dockerRule = (side: string, block: string): Rule => {
  const rule = ["DOCKER-USER", side, block, "-m", "comment", "--comment", "portolan", "-j", "ACCEPT"];
  return { add: ["iptables", "-w", "-I", ...rule], undo: ["iptables", "-w", "-D", ...rule] };
};

const ufwRoute = (side: string, block: string): Rule => ({
  add: ["ufw", "route", "allow", side, block],
  undo: ["ufw", "route", "delete", "allow", side, block],
});

/** Reads what `nft -j list chains` prints. Tables whose name begins with `portolan` are ours. */
export function readFirewall(answer: unknown): Firewall {
  const chains = listOf(answer).filter(({ table }) => !table.startsWith("portolan"));
  return {
    forwardChains: chains
      .filter(({ hook }) => hook === "forward")
      .map(({ family, table, name, policy }) => ({ family, table, chain: name, policy })),
    chainNames: new Set(chains.map(({ name }) => name)),
    tableNames: new Set(chains.map(({ table }) => table)),
  };
}

interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook: string;
  readonly policy: string;
}
function listOf(answer: unknown): readonly Chain[] {
  const all = property(answer, "nftables");
  return (Array.isArray(all) ? all : []).flatMap((one: unknown) => {
    const chain = property(one, "chain");
    const text = (name: string): string => String(property(chain, name) ?? "");
    return chain === undefined
      ? []
      : [
          {
            family: text("family"),
            table: text("table"),
            name: text("name"),
            hook: text("hook"),
            policy: text("policy"),
          },
        ];
  });
}
const property = (of: unknown, name: string): unknown =>
  typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
