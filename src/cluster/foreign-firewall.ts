import type { Argv } from "#os/spawn.ts";

/** A chain that drops what it does not know, in a table that isn't ours. */
export interface DroppingChain {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly hook: "forward" | "input";
  /** Every chain's name in that table: DOCKER-USER and ufw's are known by theirs. */
  readonly neighbours: ReadonlySet<string>;
}
export interface Firewall {
  readonly dropping: readonly DroppingChain[];
  readonly hasFirewalld: boolean;
}

/** What lets our packets pass a firewall that drops what it does not know. */
export type Passage =
  | { readonly kind: "rules"; readonly owner: "Docker" | "ufw" | "firewalld"; readonly rules: readonly Rule[] }
  /** No place is known where that table wants such rules: its owner must say it. */
  | { readonly kind: "tell"; readonly sentence: string };
export interface Rule {
  readonly add: Argv;
  readonly undo: Argv;
}

/**
 * Docker, ufw and firewalld drop packets that they don't know, and an accept in our table can't undo a drop in theirs; each has a place
 * for rules of others. `block` holds the pods' addresses: every packet that we forward comes from there or goes there, and pods ask
 * the node itself for names and for the API.
 */
export function passagesThrough({ dropping, hasFirewalld }: Firewall, block: string): readonly Passage[] {
  const ofFirewalld: readonly Passage[] = hasFirewalld
    ? [{ kind: "rules", owner: "firewalld", rules: [firewalldZone(block)] }]
    : [];
  return [
    ...ofFirewalld,
    ...dropping.filter(({ table }) => table !== firewalld).map((chain) => passageThrough(chain, block)),
  ];
}

function passageThrough(chain: DroppingChain, block: string): Passage {
  const isUfw = [...chain.neighbours].some((name) => name.startsWith("ufw-"));
  if (chain.hook === "input") {
    return isUfw ? { kind: "rules", owner: "ufw", rules: [ufwInput(block)] } : tell(chain, ["saddr"], block);
  }
  if (chain.neighbours.has("DOCKER-USER"))
    return { kind: "rules", owner: "Docker", rules: ["-s", "-d"].map((side) => dockerRule(side, block)) };
  if (isUfw) return { kind: "rules", owner: "ufw", rules: ["from", "to"].map((side) => ufwRoute(side, block)) };
  return tell(chain, ["saddr", "daddr"], block);
}

function tell({ family, table, chain, hook }: DroppingChain, sides: readonly string[], block: string): Passage {
  const whose = hook === "forward" ? "between pods" : "from pods to this machine, such as their questions for names";
  const commands = sides.map((side) => `nft insert rule ${family} ${table} ${chain} ip ${side} ${block} accept`);
  const sentence = `the table ${family} ${table} of this machine drops packets that it does not know (chain ${chain}), also those ${whose}; let them pass: ${commands.join(" && ")}`;
  return { kind: "tell", sentence };
}

const firewalld = "firewalld";
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
const ufwInput = (block: string): Rule => ({
  add: ["ufw", "allow", "from", block],
  undo: ["ufw", "delete", "allow", "from", block],
});

/** Reads what `nft -j list chains` prints. Tables whose name begins with `portolan` are ours. */
export function readFirewall(answer: unknown): Firewall {
  const chains = listOf(answer).filter(({ table, family }) => !table.startsWith("portolan") && families.has(family));
  const namesIn = (one: Chain): ReadonlySet<string> =>
    new Set(chains.filter(({ table, family }) => table === one.table && family === one.family).map(({ name }) => name));
  return {
    hasFirewalld: chains.some(({ table }) => table === firewalld),
    dropping: chains.flatMap((one): readonly DroppingChain[] => {
      const { family, table, name: chain, hook, policy } = one;
      if (policy !== "drop" || (hook !== "forward" && hook !== "input")) return [];
      return [{ family, table, chain, hook, neighbours: namesIn(one) }];
    }),
  };
}
/** Those that IPv4 packets pass. */
const families = new Set(["ip", "inet"]);

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
