/**
 * Load on an HTTP server from a process of its own, which may stand in a machine of a test's own: both with kept connections and with
 * new ones, until SIGTERM. Says in one line of JSON what became of the requests.
 *
 *     ADDRESS HOST PATH PER_SECOND
 */
import { once } from "node:events";
import { startLoad } from "../../ingress/load.ts";

const [address = "", host = "", path = "/", perSecond = ""] = process.argv.slice(2);
const options = { port: 80, perSecond: Number(perSecond), address, host, path };
const loads = [true, false].map((keepAlive) => startLoad({ ...options, keepAlive }));
await once(process, "SIGTERM");
const results = await Promise.all(loads.map((load) => load.stop()));
const shown = results.map(({ requests, kinds, answers }) => ({
  requests,
  kinds,
  answers: Object.fromEntries(answers),
}));
console.log(JSON.stringify(shown));
