/**
 * How a request reaches an API server: over TLS, or, where the server lives in this process, by a call. Who uses it can't tell.
 */
export interface Transport {
  /** Resolves when the head of the answer is there; whatever its status. Throws `Unreachable` where no server answers. */
  readonly send: (request: ApiRequest) => Promise<ApiAnswer>;
  readonly close: () => void;
}

/** The same, in the name of a program: fields that it sets are then its own. */
export const inNameOf = (program: string, transport: Transport): Transport => ({
  send: (request) => transport.send({ ...request, headers: { "user-agent": program, ...request.headers } }),
  close: () => transport.close(),
});

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query: `/api/v1/pods?watch=true`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Ends the request, also a watch in the middle of its answer. */
  readonly signal?: AbortSignal;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body, once. */
  readonly text: () => Promise<string>;
  /** The body line by line as it comes: a watch's events. */
  readonly lines: () => AsyncIterable<string>;
}

/** No API server answered: the connection was refused, cut or timed out. */
export class Unreachable extends Error {
  readonly code = "Unreachable";
  readonly where: string;
  readonly fix = "check that the cluster is up (`portolan status`) and that the kubeconfig names it";
  constructor(where: string, options: { readonly cause: unknown }) {
    super(`no API server answers at ${where}`, options);
    this.where = where;
  }
}
