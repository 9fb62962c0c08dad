import { pods } from "#api/core/pod.ts";
import { badRequest, internal } from "#machinery/status.ts";
import { type Call, placeOf } from "../call.ts";
import { containerOf, kubeletOf, kubeletRequest } from "../kubelet.ts";
import { isOf } from "../object.ts";
import { mustFind } from "../objects.ts";
import { isTrue } from "../requests/query.ts";
import type { Join } from "./join.ts";
import { toAgent } from "./splice.ts";

/** A command in a container: the agent runs it, and speaks the client's protocol itself. */
export async function exec(call: Call): Promise<Join> {
  const { env, query } = call;
  const place = placeOf(call);
  const { object: pod } = await mustFind(env.store, call.kind, place);
  if (!isOf(pods, pod)) throw internal("a command is run in a pod only");
  const container = containerOf(pod, query.get("container") ?? "");
  const { phase = "" } = pod.status;
  if (phase === "Succeeded" || phase === "Failed")
    throw badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  if (query.getAll("command").length === 0) throw badRequest("you must specify at least one command for the container");
  const path = `/exec/${place.namespace}/${place.name}/${container}?${streamsOf(query)}`;
  return toAgent(kubeletRequest(env.options.kubelet, await kubeletOf(env.store, pod), path));
}

/** As agents are asked: `input`, `output`, `error` for what the API calls stdin, stdout, stderr. */
function streamsOf(query: URLSearchParams): URLSearchParams {
  const isWanted = (name: string) => query.has(name) && isTrue(query, name);
  const wanted = new URLSearchParams();
  for (const [name, own] of [
    ["stdin", "input"],
    ["stdout", "output"],
    ["stderr", "error"],
    ["tty", "tty"],
  ] as const)
    if (isWanted(name)) wanted.set(own, "1");
  for (const word of query.getAll("command")) wanted.append("command", word);
  return wanted;
}
