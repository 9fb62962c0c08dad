import type { Call } from "../call.ts";
import type { ApiObject } from "../object.ts";
import type { Along, Saving } from "../objects.ts";

/** A write that is about to be made: by whom, where and at which subresource is the call's to say. */
export interface Attempt {
  readonly call: Call;
  readonly operation: "create" | "update" | "delete";
  readonly name: string;
  /** undefined: there is none yet. */
  readonly old: ApiObject | undefined;
  readonly isDryRun: boolean;
}

/** Why it may not be; undefined: it may. */
export type Denial = string | undefined;

/** Writes an object, and something along with it; undefined where there was nothing to write after all. */
export type WriteAlong = (along: Along) => Promise<Saving | undefined>;
/** Has an object written, once more where what it costs has become something else meanwhile. Throws a 403. */
export type Charge = (write: WriteAlong) => Promise<Saving | undefined>;

/** One of those whom a write must pass that its writer was allowed to make. What it denies is a 403; it may throw another Status itself. */
export interface AdmissionPlugin {
  /** As Kubernetes calls it. */
  readonly name: string;
  /**
   * Where it is asked: `/pods` or `apps/deployments` for the objects themselves, `/pods/status` for a subresource, `/pods/*` for both and all;
   * "everywhere" for all kinds. Writes elsewhere don't meet it.
   */
  readonly at: readonly string[] | "everywhere";
  /** Adds to what is to be stored, before anybody judges it. */
  readonly mutate?: (next: ApiObject, attempt: Attempt) => ApiObject | Promise<ApiObject>;
  /** Asked of what nothing is wrong with, as it is to be stored. */
  readonly denial?: (next: ApiObject, attempt: Attempt) => Denial | Promise<Denial>;
  /** Asked last, of what nobody denies: how to write what it costs with it. undefined: it costs nothing. */
  readonly charge?: (next: ApiObject, attempt: Attempt) => Charge | undefined;
  readonly deletionDenial?: (old: ApiObject, attempt: Attempt) => Denial;
}
