/** A store, a server and its TLS listener, nothing else, until it is killed: `server-process.ts FOLDER`. Says its port. */
import { randomInt, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { builtIn } from "#api/kinds.ts";
import { mustCidr } from "#net/cidr.ts";
import { createApiServer } from "#server/api-server.ts";
import { bootstrap } from "#server/bootstrap/bootstrap.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { listen } from "#server/connections/listen.ts";
import { StoreUnwritable } from "#store/faults.ts";
import { openSqliteStore } from "#store/sqlite.ts";
import type { Ground } from "./server.ts";

const [folder = ""] = process.argv.slice(2);
const { port, serving, clientCa }: Ground = JSON.parse(readFileSync(join(folder, "ground.json"), "utf8"));
const serviceRange = mustCidr("10.96.0.0/12");
const server = await createApiServer({
  catalogue: builtIn,
  store: openSqliteStore(join(folder, "store.db")),
  now: Date.now,
  chance: { uuid: randomUUID, number: (below) => randomInt(below) },
  options: {
    gitVersion: "v1.36.0",
    serviceRanges: [serviceRange],
    nodePortRange: { first: 30_000, last: 32_767 },
    kubelet: undefined,
  },
  report: (fault) => {
    if (!(fault instanceof StoreUnwritable)) throw fault;
  },
});
const master = inProcessTransport(server, { user: "system:apiserver", groups: ["system:masters"] });
await bootstrap(master, {
  apiAddress: "192.0.2.1",
  apiPort: 6443,
  loadBalancerBlocks: [],
  serviceRange,
  serviceRanges: [serviceRange],
});
const listener = await listen(server, { address: "127.0.0.1", port, serving, clientCa });
console.log(`listening ${listener.port}`);
