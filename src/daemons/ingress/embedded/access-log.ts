import { endpointKey } from "#core/routes/filters/balancing/choose.ts";
import type { BackendId, Route } from "#core/routes/route-table.ts";
import type { Asked } from "./asked.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ClientRequest, ClientSide } from "./sides.ts";

/** A line of the access log, to be written as JSON. Absent: unknown, or there is none. */
export interface AccessEntry {
  /** When it ended, in seconds since 1970. */
  readonly time: number;
  readonly listener: string;
  readonly client: string;
  readonly protocol: string;
  readonly method: string;
  readonly host: string;
  /** Path and query as the client has sent them. */
  readonly target: string;
  /** 0: the client went away before there was an answer. */
  readonly status: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly durationMs: number;
  readonly requestId?: string;
  readonly route?: string;
  readonly backend?: string;
  /** `10.244.0.5:8080` */
  readonly endpoint?: string;
  /** Why the answer is the engine's own, or was cut. */
  readonly because?: string;
}

/** What an exchange knows of itself when it has ended. */
export interface Account {
  readonly client: ClientSide;
  readonly request: ClientRequest;
  readonly asked: Asked | undefined;
  readonly route: Route | undefined;
  readonly backend: BackendId | undefined;
  readonly endpoint: Endpoint | undefined;
  readonly status: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly durationSeconds: number;
  readonly because: string | undefined;
}

/** The line of an exchange; `endedAt` in milliseconds since 1970. */
export function accessEntry(account: Account, endedAt: number): AccessEntry {
  const { client, request, asked, route, backend, endpoint, because } = account;
  return {
    time: endedAt / 1000,
    listener: client.peer.listener.id,
    client: (asked?.client ?? client.peer.address)?.text ?? "",
    protocol: client.protocol,
    method: request.method,
    host: asked?.host ?? request.authority?.host ?? "",
    target: request.target,
    status: account.status,
    receivedBytes: account.receivedBytes,
    sentBytes: account.sentBytes,
    durationMs: Math.round(account.durationSeconds * 1000),
    ...(asked === undefined ? {} : { requestId: asked.requestId }),
    ...(route === undefined ? {} : { route: route.id }),
    ...(backend === undefined ? {} : { backend }),
    ...(endpoint === undefined ? {} : { endpoint: endpointKey(endpoint) }),
    ...(because === undefined ? {} : { because }),
  };
}
