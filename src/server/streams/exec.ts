import { type Pod, pods } from "#api/core/pod.ts";
import { badRequest, internal } from "#machinery/status.ts";
import { type Call, placeOf } from "../call.ts";
import { isOf } from "../object.ts";
import { mustFind } from "../objects.ts";
import { isTrue } from "../requests/query.ts";
import type { Join } from "./join.ts";
import { containerOf, kubeletOf, kubeletRequest } from "./kubelet.ts";
import { toAgent } from "./splice.ts";

/** A command in a container: the agent runs it, and speaks the client's protocol itself. */
export async function exec(call: Call): Promise<Join> {
  const { env, query } = call;
  const { pod, path } = await runningContainer(call, "exec into");
  if (query.getAll("command").length === 0) throw badRequest("you must specify at least one command for the container");
  const asked = streamsOf(query);
  for (const word of query.getAll("command")) asked.append("command", word);
  return toAgent(kubeletRequest(env.options.kubelet, await kubeletOf(env.store, pod), `/exec/${path}?${asked}`));
}

/** The pod that is meant, and what its agent calls the container. `doing` is what can't be done to a pod that is over. */
export async function runningContainer(
  call: Call,
  doing: string,
): Promise<{ readonly pod: Pod; readonly path: string }> {
  const place = placeOf(call);
  const { object: pod } = await mustFind(call.env.store, call.kind, place);
  if (!isOf(pods, pod)) throw internal("only pods have containers");
  const container = containerOf(pod, call.query.get("container") ?? "");
  const { phase = "" } = pod.status;
  if (phase === "Succeeded" || phase === "Failed")
    throw badRequest(`cannot ${doing} a container in a completed pod; current phase is ${phase}`);
  return { pod, path: `${place.namespace}/${place.name}/${container}` };
}

/** As agents are asked: `input`, `output`, `error` for what the API calls stdin, stdout, stderr. */
export function streamsOf(query: URLSearchParams): URLSearchParams {
  const isWanted = (name: string) => query.has(name) && isTrue(query, name);
  const wanted = new URLSearchParams();
  for (const [name, own] of [
    ["stdin", "input"],
    ["stdout", "output"],
    ["stderr", "error"],
    ["tty", "tty"],
  ] as const)
    if (isWanted(name)) wanted.set(own, "1");
  return wanted;
}
