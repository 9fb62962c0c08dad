import type { ApiObject } from "../object.ts";

/** What the server does with the objects of one kind beyond what its declaration says. */
export interface Strategy {
  /** Fields that a new object gets from the server, after its defaults. */
  readonly prepareCreate: (object: ApiObject) => ApiObject;
  /** What an update keeps of the old object. */
  readonly prepareUpdate: (next: ApiObject, old: ApiObject) => ApiObject;
}
