import type { RouteTable } from "#core/routes/route-table.ts";
import { backendOf, routeOf, tableOf } from "../../test/ingress/table.ts";

const hosts = 1000;
const pathsAHost = 10;

const hostOf = (i: number): string => `host-${i}.bench.example`;
const backendName = (i: number): string => `default/svc-${i}:80`;

/** 1,000 hosts of 10 paths each, a Service for every host; all of them end at one port of this machine. */
export function benchTable(listenPort: number, backendPort: number): RouteTable {
  const numbers = Array.from({ length: hosts }, (_, i) => i);
  const routes = numbers.flatMap((i) =>
    Array.from({ length: pathsAHost }, (_, j) => routeOf({ host: hostOf(i), path: `/path-${j}`, to: backendName(i) })),
  );
  const backends = numbers.map((i) => backendOf(backendName(i), [backendPort]));
  const table = tableOf(routes, backends);
  return { ...table, listeners: table.listeners.map((listener) => ({ ...listener, port: listenPort })) };
}

/** Requests for wrk, spread over all hosts and paths; made once, so that the load costs the same for whoever answers. */
export const wrkScript = `
local requests, at = {}, 0
for i = 0, ${hosts - 1} do
  requests[i] = "GET /path-" .. (i % ${pathsAHost}) .. "/x HTTP/1.1\\r\\nHost: host-" .. i .. ".bench.example\\r\\n\\r\\n"
end
request = function()
  at = (at + 7) % ${hosts}
  return requests[at]
end
`;
