import type { Ip } from "#net/ip.ts";
import type { RouteRequest } from "../match.ts";
import type { Header } from "../route-filters.ts";

/** A request as filters look at it. */
export interface FilterRequest extends RouteRequest {
  /** Of a trusted peer's request whom it names, else the peer (`forwarding.ts`). */
  readonly client: Ip;
  readonly scheme: "http" | "https";
  /** Path and query as the client has sent them. */
  readonly sentTarget: string;
  /** The Host header as it came. */
  readonly authority: string;
  /** Where the client came in. */
  readonly port: number;
  /** Where clients come in by TLS. */
  readonly httpsPort: number;
  /** By Content-Length; undefined where the length shows at the end. */
  readonly bodyBytes: number | undefined;
  /** As the backend would get them, those of forwarding too (`forwarding.ts`). Called where an authentication service gets them. */
  readonly headers: () => readonly Header[];
}
