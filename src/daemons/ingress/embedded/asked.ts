import type { FilterRequest } from "#core/routes/filters/filter-request.ts";
import { type Arrival, clientOf, requestIdOf, withForwarding } from "#core/routes/filters/forwarding.ts";
import { changed } from "#core/routes/filters/header-changes.ts";
import { normalHost, normalTarget } from "#core/routes/request-target.ts";
import type { Header, HeaderChanges } from "#core/routes/route-filters.ts";
import type { Field } from "#net/http1/fields.ts";
import { type Ip, mustIp } from "#net/ip.ts";
import { passedOn } from "./hop-fields.ts";
import type { Peer } from "./peer.ts";
import { newRequestId } from "./request-id.ts";
import type { ClientRequest } from "./sides.ts";

/** Why a request is answered before any route is looked for. */
export interface NotAsked {
  readonly kind: "notAsked";
  readonly status: number;
  readonly because: string;
}

/** Of a client that came by a unix socket and was not named: nobody's. */
const nowhere = mustIp("0.0.0.0");

/** A request as routes and filters look at it. */
export class Asked implements FilterRequest {
  readonly kind = "asked";
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly client: Ip;
  readonly scheme: "http" | "https";
  readonly sentTarget: string;
  readonly authority: string;
  readonly port: number;
  readonly httpsPort: number;
  readonly bodyBytes: number | undefined;
  readonly requestId: string;
  readonly header: (name: string) => string | undefined;
  readonly headers: () => readonly Header[];
  readonly #request: ClientRequest;
  readonly #peer: Peer;

  constructor(request: ClientRequest, peer: Peer, seen: Seen) {
    const { fields } = request;
    this.#request = request;
    this.#peer = peer;
    this.host = seen.host;
    this.path = seen.path;
    this.query = seen.query;
    this.authority = seen.authority;
    this.httpsPort = seen.httpsPort;
    this.method = request.method;
    this.sentTarget = request.target;
    this.scheme = peer.listener.protocol === "HTTPS" ? "https" : "http";
    this.port = peer.listener.port;
    this.bodyBytes = request.body.kind === "length" ? request.body.bytes : request.body.kind === "none" ? 0 : undefined;
    this.header = (name) => joinedValue(fields, name);
    this.headers = () => this.backendFields();
    this.client = clientOf(this.#arrival(""), this.header("x-forwarded-for"));
    this.requestId = requestIdOf(fields) ?? newRequestId();
  }

  /** The fields that an endpoint gets, changed by `changes` after those of forwarding. */
  backendFields(...changes: readonly HeaderChanges[]): readonly Header[] {
    const own = passedOn(this.#request.fields, this.#request.connection);
    const all = withForwarding(this.#arrival(this.requestId), own);
    return changes.reduce<readonly Header[]>(
      (headers, change) => (isNothing(change) ? headers : changed(headers, change)),
      all,
    );
  }

  #arrival(requestId: string): Arrival {
    const { address = nowhere, listener } = this.#peer;
    const { scheme, authority, port } = this;
    return { peer: address, trusted: listener.trusted, scheme, authority, port, requestId };
  }
}

const isNothing = ({ remove, set, add }: HeaderChanges): boolean => remove.length + set.length + add.length === 0;

interface Seen {
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly authority: string;
  readonly httpsPort: number;
}

/** The request in its normal form, or why it has none. */
export function readAsked(request: ClientRequest, peer: Peer, httpsPort: number): Asked | NotAsked {
  const target = normalTarget(request.target);
  if (target.kind === "refused") return { kind: "notAsked", status: 400, because: target.because };
  // As it came, since that is what backends are told; an absolute target's is the same.
  const text = joinedValue(request.fields, "host") ?? authorityText(request.authority);
  const host = text === "" ? "" : normalHost(text);
  if (host === undefined) return { kind: "notAsked", status: 400, because: "BadHost" };
  return new Asked(request, peer, { host, path: target.path, query: target.query ?? "", authority: text, httpsPort });
}

function authorityText(authority: ClientRequest["authority"]): string {
  if (authority === undefined) return "";
  return authority.port === undefined ? authority.host : `${authority.host}:${authority.port}`;
}

/** All values of a name, as one (RFC 9110 section 5.3); cookies are parted by semicolons. */
function joinedValue(fields: readonly Field[], name: string): string | undefined {
  let value: string | undefined;
  for (const field of fields) {
    if (field.name !== name) continue;
    value = value === undefined ? field.value : `${value}${name === "cookie" ? "; " : ", "}${field.value}`;
  }
  return value;
}
