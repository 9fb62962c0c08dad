import assert from "node:assert/strict";
import { type Flow, showPlace } from "./scenario.ts";
import { nodeHost, type World } from "./world.ts";

/** The kernel may have no SCTP sockets: such flows are judged by walking and by the programs that load rules alone. */
const isSendable = ({ protocol }: Flow): boolean => protocol !== "SCTP";

/** Sends packets, and rejects where one ends elsewhere than it should. */
export async function endsAsSaid(world: World, flows: readonly Flow[]): Promise<void> {
  const sendable = flows.filter(isSendable);
  const seen = await Promise.all(sendable.map(async (flow) => [flow.line, await sent(world, flow)] as const));
  for (const [i, [line, ends]] of seen.entries())
    for (const end of ends) assert.ok(sendable[i]?.ends.includes(end), `${line}\nwas seen to end: ${end}`);
}

/** Where real packets ended, in the words of `flows.txt`; each way of a lot is met sooner or later, but not in every run. */
async function sent(world: World, flow: Flow): Promise<readonly string[]> {
  const { from, to, port, protocol, ends } = flow;
  if (protocol === "SCTP") throw new TypeError("SCTP flows can't be sent");
  const dropped = ends.includes("drop");
  const times = dropped || ends.includes("reject") ? 1 : ends.length * 4;
  const said = await world.ask(from, { protocol, to, port, times, patienceMs: dropped ? 200 : 3000 });
  return said.map((one) => seenEnd(one, flow));
}

const ofNode = new Set([nodeHost.ipv4, nodeHost.ipv6, nodeHost.other4, nodeHost.other6]);

function seenEnd(said: string, { from, to, port: at, ends }: Flow): string {
  if (said === "timeout") return "drop";
  const toNode = ofNode.has(to) && ends.includes(showPlace(to, at));
  // Rules let it come to the node itself, where nobody listens.
  if (said === "ECONNREFUSED") return toNode ? showPlace(to, at) : "reject";
  const [server = "", port = "", peer = ""] = said.split(" ");
  const place = showPlace(server, Number(port));
  // Whom the node itself asks sees the node in any case, by one of its addresses.
  if (peer === from || (ofNode.has(from) && ofNode.has(peer))) return place;
  return ofNode.has(peer) ? `${place} as node` : `${place} as ${peer}`;
}
