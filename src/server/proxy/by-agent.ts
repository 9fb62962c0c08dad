import type { RequestOptions } from "node:http";
import { type RequestOptions as AgentRequest, request as httpsRequest } from "node:https";
import { type Duplex, PassThrough } from "node:stream";
import { connect as startTls } from "node:tls";
import { kubeletRefusal } from "../streams/kubelet-refusal.ts";
import type { Target } from "./reach.ts";

type CreateConnection = NonNullable<RequestOptions["createConnection"]>;

/** Longer than the agent gives the pod. */
const dialMs = 40_000;

/** Connections to a target that the agent of its node makes; TLS is spoken with the target itself, through the agent. */
export const byAgent =
  ({ scheme }: Target, dial: AgentRequest): CreateConnection =>
  (_, created) => {
    const headers = { connection: "Upgrade", upgrade: "portolan-tcp" };
    const asked = httpsRequest({ ...dial, agent: false, headers, timeout: dialMs });
    const failed = (fault: Error): void => created(fault, new PassThrough()); // the type wants one
    asked.once("timeout", () => asked.destroy(new Error("the agent of the node did not answer in time")));
    asked.once("error", failed);
    asked.once("response", (answer) => {
      kubeletRefusal(answer).then(({ message }) => failed(Object.assign(new Error(message), codeIn(message))), failed);
    });
    asked.once("upgrade", (_answer, socket, first) => {
      asked.setTimeout(0);
      if (first.length > 0) socket.unshift(first);
      if (scheme === "http") created(null, socket);
      else secured(socket, created);
    });
    asked.end();
    return undefined;
  };

type Created = Parameters<CreateConnection>[1];

function secured(socket: Duplex, created: Created): void {
  const tls = startTls({ socket, rejectUnauthorized: false, servername: "" });
  const failed = (fault: Error): void => created(fault, tls);
  tls.once("error", failed);
  tls.once("secureConnect", () => {
    tls.off("error", failed);
    created(null, tls);
  });
}

/** What the kernel of the node said, where it was that. */
const codeIn = (message: string): { readonly code?: string } => (/^E[A-Z]+$/.test(message) ? { code: message } : {});
