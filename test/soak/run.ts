/** `npm run soak [-- PART…] [--seeds N | --seed S]`: what `npm test` does in short, at length. */
import { parseArgs } from "node:util";
import { longTest } from "./long-test.ts";
import { worlds } from "./worlds.ts";

const { values, positionals } = parseArgs({
  options: { seed: { type: "string" }, seeds: { type: "string", default: "1000" } },
  allowPositionals: true,
});
const chosen =
  values.seed === undefined ? Array.from({ length: Number(values.seeds) }, (_, i) => i + 1) : [Number(values.seed)];

/** Each says whether all was well. */
const parts: Readonly<Record<string, () => Promise<boolean>>> = {
  worlds: () => worlds(chosen),
  // 200 times kill -9 under 50 writers over TLS: no answered write is lost.
  kills: () => longTest("test/durability/kills.test.ts", { PORTOLAN_KILLS: "200", PORTOLAN_WRITERS: "50" }),
  // Ten thousand changes of what Ingresses ask for, under a thousand requests a second.
  ingress: () => longTest("test/ingress/changes-under-load.test.ts", { PORTOLAN_INGRESS_CHANGES: "10000" }),
  // A GiB each way through `kubectl port-forward`, over SPDY and through a WebSocket.
  forward: () => longTest("test/cluster/forward-matrix.test.ts", { PORTOLAN_FORWARD_BYTES: `${1 << 30}` }),
  // The store's log cut at every byte of its last commit, and bits turned all over.
  "power-cuts": () => longTest("test/store/torn-log.test.ts", { PORTOLAN_CUTS: "every" }),
};

async function main(): Promise<number> {
  // A seed is one of a world's.
  const wanted = positionals.length > 0 ? positionals : values.seed === undefined ? Object.keys(parts) : ["worlds"];
  let failed = 0;
  for (const name of wanted) {
    const part = parts[name];
    if (part === undefined) {
      console.error(`there is no part ${name}; there are ${Object.keys(parts).join(", ")}`);
      return 2;
    }
    console.log(`\n${name}`);
    if (!(await part())) failed += 1;
  }
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
