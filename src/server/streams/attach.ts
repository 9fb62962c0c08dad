import type { Call } from "../call.ts";
import { runningContainer, streamsOf } from "./exec.ts";
import type { Join } from "./join.ts";
import { kubeletOf, kubeletRequest } from "./kubelet.ts";
import { toAgent } from "./splice.ts";

/** A container's own program: the agent connects the client to it, and speaks its protocol itself. */
export async function attach(call: Call): Promise<Join> {
  const { env, query } = call;
  const { pod, path } = await runningContainer(call, "attach");
  const target = `/attach/${path}?${streamsOf(query)}`;
  return toAgent(kubeletRequest(env.options.kubelet, await kubeletOf(env.store, pod), target));
}
