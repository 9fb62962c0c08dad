import { frameOf, type Surroundings } from "./frame.ts";
import type { Listing } from "./listing.ts";
import { elementCommand, linesOf, mapNames, mapsIn } from "./nftables.ts";
import { showRule } from "./nftables-rule.ts";
import type { Contents } from "./shadow.ts";
import type { Chain } from "./table.ts";

/** A table as it is and as it should be. */
export interface Transition {
  readonly table: string;
  readonly around: Surroundings;
  readonly contents: Contents;
  readonly found: Listing;
  /** Whether these lines are how nft lists that chain, where it lists it otherwise than we write it. */
  readonly isKnown: (chain: Chain, lines: readonly string[]) => boolean;
}

/** Chains that were found otherwise than they should be, and the text that makes all as it should be: "" where it is. */
export interface Repair {
  readonly text: string;
  readonly rewritten: readonly Chain[];
}

/**
 * Leads from what the kernel holds to what it should hold, and touches nothing that is right: neither elements nor what the kernel
 * has put into maps itself. undefined where the table has another form than ours, and must be replaced.
 */
export function repairOf({ table, around, contents, found, isKnown }: Transition): Repair | undefined {
  const names = mapNames(around.families);
  if (names.length !== found.maps.size || !names.every(({ name }) => found.maps.has(name))) return undefined;
  const chains = [...frameOf(around), ...contents.chains];
  if (!chains.every((chain) => isHookedAlike(chain, found.chains.get(chain.name) ?? linesOf(chain)))) return undefined;
  const rewritten = chains.filter((chain) => {
    const lines = found.chains.get(chain.name);
    return lines === undefined || !(isSame(lines, linesOf(chain)) || isKnown(chain, lines));
  });
  const wanted = new Set(chains.map(({ name }) => name));
  const unwanted = [...found.chains.keys()].filter((name) => !wanted.has(name));
  const holds = mapsIn(contents);
  const elements = names
    .filter(({ isOurs }) => isOurs)
    .map(({ name }) => differenceOf(found.maps.get(name) ?? new Map(), holds.get(name) ?? new Map(), { table, name }));
  const commands = [
    // All chains before any rule: a rule may lead to a later chain.
    ...rewritten.map((chain) => addChain(table, chain, found.chains.has(chain.name))),
    ...rewritten.flatMap(({ name, rules }) => [
      `flush chain inet ${table} ${name}`,
      ...rules.map((rule) => `add rule inet ${table} ${name} ${showRule(rule)}`),
    ]),
    ...elements.flatMap(({ removed }) => removed),
    ...elements.flatMap(({ added }) => added),
    ...unwanted.map((name) => `flush chain inet ${table} ${name}`),
    ...unwanted.map((name) => `delete chain inet ${table} ${name}`),
  ];
  return { text: commands.length === 0 ? "" : `${commands.join("\n")}\n`, rewritten };
}

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.join("\n") === b.join("\n");

// Of a chain that is there only the policy can be set anew.
function addChain(table: string, chain: Chain, isThere: boolean): string {
  const [hook] = chain.hook === undefined ? [] : linesOf(chain);
  const end = hook === undefined ? "" : ` { ${isThere ? "policy accept;" : hook} }`;
  return `add chain inet ${table} ${chain.name}${end}`;
}

/** Whether a chain that was found begins where ours does. */
function isHookedAlike({ hook }: Chain, [first = ""]: readonly string[]): boolean {
  const found = first.startsWith("type ") ? first.split(" ").slice(0, 4).join(" ") : "";
  return found === (hook === undefined ? "" : `type ${hook.type} hook ${hook.at}`);
}

interface Difference {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

function differenceOf(
  found: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
  place: { readonly table: string; readonly name: string },
): Difference {
  const gone = [...found].filter(([key, value]) => wanted.get(key) !== value).map(([key]) => key);
  const fresh = [...wanted].filter(([key, value]) => found.get(key) !== value);
  return {
    removed: elementCommand("delete", place, gone),
    added: elementCommand(
      "add",
      place,
      fresh.map(([key, value]) => (value === "" ? key : `${key} : ${value}`)),
    ),
  };
}
