import type { Listener, RouteSet } from "../route-table.ts";
import type { GroupRule } from "./lookups.ts";
import type { RoutingMaps } from "./routing-rules.ts";

/** What a listener's frontend is made of. */
export interface ListenerParts {
  readonly listener: Listener;
  readonly maps: RoutingMaps;
  readonly groupRules: readonly GroupRule[];
  readonly wildcards: RouteSet["wildcards"];
  readonly hasPassthroughs: boolean;
}
