import type { Identity } from "#core/access/identity.ts";
import type { ServedKind } from "#machinery/catalogue.ts";
import type { AnyKind, Subresource } from "#machinery/kind.ts";
import type { ObjectFormat } from "./answers/negotiate.ts";
import type { Turn } from "./answers/turns.ts";
import type { Environment } from "./environment.ts";
import type { Answer, ServerRequest } from "./exchange.ts";
import type { Place } from "./objects.ts";
import type { ResourcePath } from "./requests/api-path.ts";

/** One request for a resource: understood, and allowed to the one who asks. */
export interface Call {
  readonly env: Environment;
  readonly request: ServerRequest;
  /** Who asks. */
  readonly identity: Identity;
  /** The hub: what is stored, whatever version is spoken. */
  readonly kind: AnyKind;
  /** The kind in the version that the path names: what the client sends, patches and is shown. */
  readonly spoken: ServedKind;
  /** undefined: the object itself. */
  readonly subresource: Subresource | undefined;
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
  /** What the answer must look like. */
  readonly format: ObjectFormat;
  /** Adds a `Warning` line to the answer. */
  readonly warn: (text: string) => void;
  /** Adds an annotation to what the audit log tells of the request. */
  readonly annotate: (key: string, value: string) => void;
}

export type Verb = (call: Call) => Promise<Answer>;

/** More time for what a request has begun to do. */
export const turnOf =
  ({ env, identity }: Call): Turn =>
  () =>
    env.turns.next(identity);

export const placeOf = ({ path: { namespace, name } }: Call): Place => ({ namespace, name });
