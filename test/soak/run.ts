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

const everyKubectl = { PORTOLAN_KUBECTLS: "every" };

/** Each says whether all was well. */
const parts: Readonly<Record<string, () => Promise<boolean>>> = {
  worlds: () => worlds(chosen),
  // 200 times kill -9 under 50 writers over TLS: no answered write is lost.
  kills: () => longTest("test/durability/kills.test.ts", { PORTOLAN_KILLS: "200", PORTOLAN_WRITERS: "50" }),
  // Ten thousand changes of what Ingresses ask for, under a thousand requests a second.
  ingress: () => longTest("test/ingress/changes-under-load.test.ts", { PORTOLAN_INGRESS_CHANGES: "10000" }),
  // By every kubectl, and a GiB each way through `kubectl port-forward`, over SPDY and through a WebSocket.
  forward: () =>
    longTest("test/cluster/forward-matrix.test.ts", { ...everyKubectl, PORTOLAN_FORWARD_BYTES: `${1 << 30}` }),
  // `kubectl cp` by every kubectl, and 100 MB there and back.
  copies: () => longTest("test/cluster/copies.test.ts", { ...everyKubectl, PORTOLAN_COPY_BYTES: "100000000" }),
  // The sessions of kubectl by every version.
  kubectl: () => longTest("test/cluster/kubectl.test.ts", everyKubectl),
  // The API alone, asked by every version.
  "kubectl-api": () => longTest("test/server/kubectl.test.ts", everyKubectl),
  "kubectl-auth": () => longTest("test/server/kubectl-auth.test.ts", everyKubectl),
  "kubectl-agent": () => longTest("test/server/agent.test.ts", everyKubectl),
  // `kubectl exec`, `attach` and `run` by every kubectl.
  streams: () => longTest("test/cluster/stream-matrix.test.ts", everyKubectl),
  // A hundred megabytes each way through the API's proxy.
  proxied: () => longTest("test/cluster/api-proxy.test.ts", { PORTOLAN_PROXIED_BYTES: `${100 << 20}` }),
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
