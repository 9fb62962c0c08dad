import { pods } from "#api/core/pod.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Access } from "./kubeconfig.ts";
import { pathOf, queryOf } from "./path.ts";
import { parseJson, readStatus } from "./wire.ts";

/** A command to be run in a container. */
export interface Command {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly argv: readonly string[];
  /** How long it may take, in seconds. */
  readonly patienceSeconds: number;
}

/** What came of it. */
export type Ran =
  /** `problem`: how it ended where it did not end well, in the node's words. */
  | { readonly kind: "ran"; readonly stdout: string; readonly problem: string | undefined }
  | { readonly kind: "refused"; readonly because: string };

/** The first byte of each message says which stream it belongs to (KEP-4006). */
const channel = { stdout: 1, error: 3 } as const;
const protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const longestAnswer = 1 << 20;

/** Runs a command in a container, as `kubectl exec` does over a WebSocket. Every refusal is an answer: nothing is thrown. */
export async function execInPod(access: Access, command: Command): Promise<Ran> {
  const { WebSocket } = await import("ws"); // only who looks into pods pays for loading it
  const { namespace, pod, container, argv, patienceSeconds } = command;
  const words = argv.map((word) => `&command=${encodeURIComponent(word)}`).join("");
  const query = `${queryOf({ container, stdout: true, stderr: true })}${words}`;
  const path = `${pathOf(pods, { namespace, name: pod, subresource: "exec" })}${query}`;
  const socket = new WebSocket(`${access.server.replace(/^http/, "ws").replace(/\/$/, "")}${path}`, protocols, {
    ...(access.ca !== undefined && { ca: access.ca }),
    ...access.certificate,
    ...(access.serverName !== undefined && { servername: access.serverName }),
    ...(access.token !== undefined && { headers: { authorization: `Bearer ${access.token}` } }),
    rejectUnauthorized: !access.insecure,
    maxPayload: longestAnswer,
    perMessageDeflate: false,
  });
  return new Promise((resolve) => {
    let stdout = "";
    let problem: string | undefined;
    const late = setTimeout(
      () => end({ kind: "refused", because: `no answer in ${patienceSeconds} s` }),
      patienceSeconds * 1000,
    );
    const end = (ran: Ran): void => {
      clearTimeout(late);
      socket.terminate();
      resolve(ran);
    };
    socket.on("message", (message: Buffer) => {
      const text = message.subarray(1).toString("utf8");
      if (message[0] === channel.stdout) stdout += text;
      if (message[0] === channel.error) problem = problemIn(text);
    });
    socket.on("close", () => end({ kind: "ran", stdout, problem }));
    socket.on("error", (fault) => end({ kind: "refused", because: fault.message }));
    socket.on("unexpected-response", (_, answer) => {
      let body = "";
      answer.on("data", (part: Buffer) => {
        body += part.toString("utf8");
      });
      answer.on("end", () => end({ kind: "refused", because: refusalIn(body, answer.statusCode ?? 0) }));
    });
  });
}

/** The Status at the end of an exec; undefined for Success. */
function problemIn(text: string): string | undefined {
  const json = parseJson(text, "the end of a command");
  if (!isJsonObject(json) || json.status === "Success") return undefined;
  return typeof json.message === "string" ? json.message : "the command failed";
}

function refusalIn(body: string, code: number): string {
  const json: unknown = body.startsWith("{") ? parseJson(body, "a refusal") : body.trim();
  return readStatus(json === "" ? undefined : json, code).message ?? `the server answered ${code}`;
}
