import type { Identity } from "#core/access/identity.ts";
import type { FieldProblem } from "#machinery/field-problem.ts";
import type { ServerOptions } from "../environment.ts";
import type { ApiObject } from "../object.ts";

/** What the server does with the objects of one kind beyond what its declaration says. */
export interface Strategy {
  /** Fields that a new object gets from the server, after its defaults and what admission adds. */
  readonly prepareCreate: (object: ApiObject, identity: Identity) => ApiObject;
  /** What an update keeps of the old object. */
  readonly prepareUpdate: (next: ApiObject, old: ApiObject) => ApiObject;
  /** What the declaration can't find wrong: it takes the cluster's own settings, or to know where it is written. */
  readonly problems?: (change: Change, options: ServerOptions) => Iterable<FieldProblem>;
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
