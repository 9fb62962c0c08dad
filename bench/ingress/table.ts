import type { RouteTable } from "#core/routes/route-table.ts";
import { backendOf, routeOf, tableOf } from "../../test/ingress/table.ts";

const hosts = 1000;
const pathsAHost = 10;

const hostOf = (i: number): string => `host-${i}.bench.example`;
const backend = "default/svc:80";

/** 1,000 hosts of 10 paths each, all of one Service: like the others, it keeps few connections to one endpoint. */
export function benchTable(listenPort: number, backendPort: number): RouteTable {
  const numbers = Array.from({ length: hosts }, (_, i) => i);
  const routes = numbers.flatMap((i) =>
    Array.from({ length: pathsAHost }, (_, j) => routeOf({ host: hostOf(i), path: `/path-${j}`, to: backend })),
  );
  const table = tableOf(routes, [backendOf(backend, [backendPort])]);
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
