/** Runs in a namespace of its own: the UDP flows to the addresses that are its arguments, a text each, as JSON. */

import { mustIp } from "#net/ip.ts";
import { listUdpFlows } from "#os/conntrack.ts";
import { dumpUdpFlows } from "#os/conntrack-dump.ts";

const to = process.argv.slice(2).map(mustIp);
const family = to[0]?.family ?? "IPv4";
const shown = [];
for (const flows of [await dumpUdpFlows(family, to), await listUdpFlows(family, to)])
  shown.push(
    flows
      ?.map(({ protocol, ...ends }) =>
        [protocol, ...[ends.from, ends.to, ends.answeredBy].map(({ ip, port }) => `${ip.text} ${port}`)].join(", "),
      )
      .toSorted(),
  );
console.log(JSON.stringify(shown));
