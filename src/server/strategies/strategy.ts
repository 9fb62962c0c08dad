import type { FieldProblem } from "#machinery/field-problem.ts";
import type { ServerOptions } from "../environment.ts";
import type { Identity } from "../exchange.ts";
import type { ApiObject } from "../object.ts";

/** What the server does with the objects of one kind beyond what its declaration says. */
export interface Strategy {
  /** Fields that a new object gets from the server, after its defaults. */
  readonly prepareCreate: (object: ApiObject) => ApiObject;
  /** What an update keeps of the old object. */
  readonly prepareUpdate: (next: ApiObject, old: ApiObject) => ApiObject;
  /** What only the cluster's own settings can tell to be wrong. */
  readonly problems?: (object: ApiObject, options: ServerOptions) => Iterable<FieldProblem>;
  /** Why somebody who may write such objects may not write this; undefined: they may. */
  readonly denial?: (change: Change) => string | undefined;
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
