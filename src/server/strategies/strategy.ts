import type { Identity } from "#core/access/identity.ts";
import type { FieldProblem } from "#machinery/field-problem.ts";
import type { Store } from "#store/store.ts";
import type { ServerOptions } from "../environment.ts";
import type { ApiObject } from "../object.ts";

/** What the server does with the objects of one kind beyond what its declaration says. */
export interface Strategy {
  /** Fields that a new object gets from the server, after its defaults. */
  readonly prepareCreate: (object: ApiObject, identity: Identity) => ApiObject;
  /** Fields that a new object gets from what else is stored; after the above, before anybody judges it. */
  readonly completeCreate?: (object: ApiObject, store: Store) => Promise<ApiObject>;
  /** What an update keeps of the old object. */
  readonly prepareUpdate: (next: ApiObject, old: ApiObject) => ApiObject;
  /** What the declaration can't find wrong: it takes the cluster's own settings, or to know where it is written. */
  readonly problems?: (change: Change, options: ServerOptions) => Iterable<FieldProblem>;
  /** Why somebody who may write such objects may not write this; undefined: they may. */
  readonly denial?: (change: Change) => string | undefined;
  /** Why it can't stand beside what else is stored; undefined: it can. */
  readonly rivalry?: (next: ApiObject, store: Store) => Promise<string | undefined>;
  /** By subresource: what a write there leaves, where it isn't what every kind has. `now` in milliseconds since 1970. */
  readonly subresources?: Readonly<Record<string, (next: ApiObject, old: ApiObject, now: number) => ApiObject>>;
}

/** A write that is about to be made. */
export interface Change {
  readonly identity: Identity;
  /** Empty: the object itself. */
  readonly subresource: string;
  readonly next: ApiObject;
  /** undefined: there is none yet. */
  readonly old: ApiObject | undefined;
}

/** For kinds whose declaration says all. */
export const plain: Strategy = { prepareCreate: (object) => object, prepareUpdate: (next) => next };
