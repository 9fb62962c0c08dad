import type { IncomingMessage } from "node:http";
import { pods } from "#api/core/pod.ts";
import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { internal, invalid } from "#machinery/status.ts";
import { type Call, placeOf } from "../call.ts";
import { type Answer, asksForWebSocket, type Outlet, whenClosed, wholeText } from "../exchange.ts";
import { limits } from "../limits.ts";
import { isOf } from "../object.ts";
import { mustFind } from "../objects.ts";
import { askKubelet, containerOf, kubeletOf, kubeletRequest } from "../streams/kubelet.ts";
import { logProtocol } from "../streams/log-protocol.ts";

/** What the agent is told of what was asked for. Source: PodLogOptions. */
const passed = ["follow", "previous", "sinceSeconds", "sinceTime", "timestamps", "tailLines", "limitBytes", "stream"];

/** GET of what a container has written. */
export async function log(call: Call): Promise<Answer> {
  const { env, query } = call;
  const { object: pod } = await mustFind(env.store, call.kind, placeOf(call));
  if (!isOf(pods, pod)) throw internal("only a pod has a log");
  checkOptions(query, pod.metadata.name);
  if (asksForWebSocket(call.request)) logProtocol(call.request.headers["sec-websocket-protocol"]);
  const container = containerOf(pod, query.get("container") ?? "");
  if ((pod.spec.nodeName ?? "") === "") return wholeText(200, "");
  const { namespace, name } = placeOf(call);
  const wanted = new URLSearchParams(passed.flatMap((one) => query.getAll(one).map((value) => [one, value])));
  const path = `/containerLogs/${namespace}/${name}/${container}?${wanted}`;
  const options = kubeletRequest(env.options.kubelet, await kubeletOf(env.store, pod), path);
  const leaving = new AbortController();
  const lines = await askKubelet(options, leaving.signal);
  return {
    kind: "stream",
    status: 200,
    headers: { "content-type": "text/plain" },
    run: (outlet) => {
      whenClosed(outlet, () => leaving.abort());
      pour(lines, outlet);
    },
  };
}

/** No faster than it is read. */
function pour(from: IncomingMessage, to: Outlet): void {
  from.on("error", () => to.end()); // one of the two has gone: what was read was read
  from.on("end", () => to.end());
  from.on("data", (chunk: Uint8Array) => {
    if (to.write(chunk) < limits.waitingLogBytes) return;
    from.pause();
    void to.drained().then(() => from.resume());
  });
}

/** Source: ValidatePodLogOptions. */
function checkOptions(query: URLSearchParams, name: string): void {
  const problems: FieldProblem[] = [];
  const atLeast = (field: string, least: number, detail: string) => {
    const text = query.get(field);
    if (text !== null && !(Number(text) >= least)) problems.push(invalidField(field, Number(text), detail));
  };
  atLeast("tailLines", 0, "must be greater than or equal to 0");
  atLeast("limitBytes", 1, "must be greater than 0");
  atLeast("sinceSeconds", 1, "must be greater than 0");
  if (query.has("sinceSeconds") && query.has("sinceTime"))
    problems.push({
      path: "",
      kind: "Forbidden",
      value: "",
      detail: "at most one of `sinceTime` or `sinceSeconds` may be specified",
    });
  if (problems.length > 0) throw invalid({ group: "", kind: "PodLogOptions", plural: "podlogoptions" }, name, problems);
}
