import { pods } from "#api/core/pod.ts";
import { badRequest, internal } from "#machinery/status.ts";
import { type Call, placeOf } from "../call.ts";
import { asksForWebSocket, type ServerRequest } from "../exchange.ts";
import { isOf } from "../object.ts";
import { mustFind } from "../objects.ts";
import type { Join } from "./join.ts";
import { kubeletOf, kubeletRequest } from "./kubelet.ts";
import { toAgent } from "./splice.ts";

/** Connections to ports of a pod: the agent makes them, and speaks SPDY/3.1, whatever it comes through. */
export async function portForward(call: Call): Promise<Join> {
  const { env, query } = call;
  const place = placeOf(call);
  const { object: pod } = await mustFind(env.store, call.kind, place);
  if (!isOf(pods, pod)) throw internal("ports are forwarded to a pod only");
  for (const port of query.getAll("ports"))
    if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
      throw badRequest(`ports: ${JSON.stringify(port)} is no port: must be between 1 and 65535, inclusive`);
  const agent = await kubeletOf(env.store, pod);
  const { phase = "Pending" } = pod.status;
  if (phase !== "Running")
    throw badRequest(`unable to forward port because pod is not running. Current status=${phase}`);
  const target = kubeletRequest(env.options.kubelet, agent, `/portForward/${place.namespace}/${place.name}`);
  if (!asksForTunnel(call.request)) return toAgent(target);
  return (await import("./tunnel.ts")).throughTunnel(target); // only who needs WebSockets pays for loading them
}

/** Whether a client speaks SPDY inside a WebSocket, as kubectl does from 1.31 on. */
const asksForTunnel = (request: ServerRequest): boolean =>
  asksForWebSocket(request) && /(?:^|,)\s*SPDY\/3\.1\+/.test(request.headers["sec-websocket-protocol"] ?? "");
