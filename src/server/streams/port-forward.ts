import { pods } from "#api/core/pod.ts";
import { badRequest, internal } from "#machinery/status.ts";
import { type Call, placeOf } from "../call.ts";
import { isOf } from "../object.ts";
import { mustFind } from "../objects.ts";
import type { Join } from "./join.ts";
import { kubeletOf, kubeletRequest } from "./kubelet.ts";
import { toAgent } from "./splice.ts";
import { asksForTunnel, throughTunnel } from "./tunnel.ts";

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
  return (upgrading) => (asksForTunnel(upgrading) ? throughTunnel(target) : toAgent(target))(upgrading);
}
