/** What an API server denies to whoever sends by a transport. */
import { StatusError } from "#machinery/status.ts";
import type { ApiAnswer, ApiRequest, Transport } from "./transport.ts";

/** A right that somebody was found not to have. */
export interface DeniedRight {
  readonly user: string;
  readonly verb: string;
  /** With its subresource: `ingresses/status`. */
  readonly resource: string;
  readonly group: string;
  /** "": all of them, or the resource is in none. */
  readonly namespace: string;
}

export interface NotedRights {
  /** The same, with its refusals noted. */
  readonly transport: Transport;
  /** What was denied, and has not been allowed since. */
  readonly lacking: () => readonly DeniedRight[];
}

/** `denied` hears of each right once, until it has been given in between. */
export function noteRights(transport: Transport, denied: (right: DeniedRight) => void): NotedRights {
  /** By what was asked. */
  const lacking = new Map<string, DeniedRight>();
  return {
    lacking: () => [...lacking.values()],
    transport: {
      async send(request) {
        const answer = await transport.send(request);
        const asked = questionOf(request);
        if (answer.status !== 403) {
          if (wasLetThrough(answer)) lacking.delete(asked);
          return answer;
        }
        const text = await answer.text();
        const right = rightOf(text.replaceAll('\\"', '"')); // it stands in JSON
        if (right !== undefined && !lacking.has(asked)) {
          lacking.set(asked, right);
          denied(right);
        }
        return alreadyRead(answer, text);
      },
      close: () => transport.close(),
    },
  };
}

/** These say nothing about rights: who asks is unknown, the server has too much to do, or has failed. */
const wasLetThrough = ({ status }: ApiAnswer): boolean => status < 500 && status !== 401 && status !== 429;

const alreadyRead = (answer: ApiAnswer, text: string): ApiAnswer => ({
  ...answer,
  text: async () => text,
  async *lines() {
    yield* text.split("\n");
  },
});

/** A request without what differs between requests that need the same right: the object's name, and all of the query but `watch`. */
function questionOf({ method, path }: ApiRequest): string {
  const [where = "", query = ""] = path.split("?");
  const [, collection = where, subresource = ""] =
    /^(\/(?:api|apis\/[^/]+)\/[^/]+(?:\/namespaces\/[^/]+)?\/[^/]+)(?:\/[^/]+)?(\/.*)?$/.exec(where) ?? [];
  const watches = new URLSearchParams(query).get("watch") === "true";
  return `${method} ${collection}${subresource}${watches ? " watch" : ""}`;
}

/** Whether it is a right that was missing: admission and quotas answer 403 too. */
export const isDenial = (fault: unknown): boolean =>
  fault instanceof StatusError && rightOf(fault.status.message ?? "") !== undefined;

/** Source: responsewriters.Forbidden in k8s.io/apiserver; it words the refusals of every authorizer. */
const denialWords =
  /User "(.*?)" cannot (\S+) resource "(.*?)" in API group "(.*?)" (?:at the cluster scope|in the namespace "(.*?)")/;

function rightOf(message: string): DeniedRight | undefined {
  const [, user, verb, resource, group, namespace = ""] = denialWords.exec(message) ?? [];
  if (user === undefined || verb === undefined || resource === undefined || group === undefined) return undefined;
  return { user, verb, resource, group, namespace };
}

/** `list ingresses.networking.k8s.io`, `create events in the namespace shop`. */
export function showRight({ verb, resource, group, namespace }: DeniedRight): string {
  const [plural, ...subresource] = resource.split("/");
  const whole = [group === "" ? plural : `${plural}.${group}`, ...subresource].join("/");
  return `${verb} ${whole}${namespace === "" ? "" : ` in the namespace ${namespace}`}`;
}

/** `ServiceAccount portolan-system/portolan-ingress`. */
export function showHolder({ user }: DeniedRight): string {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return name === undefined ? `user ${user}` : `ServiceAccount ${namespace}/${name}`;
}
