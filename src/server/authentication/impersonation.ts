import { anonymousUser, authenticatedGroup, unauthenticatedGroup } from "#api/authentication/subjects.ts";
import type { ResourceAttributes } from "#core/access/attributes.ts";
import type { Identity } from "#core/access/identity.ts";
import { serviceAccountGroups, serviceAccountOf } from "#core/access/service-account.ts";
import { badRequest } from "#machinery/status.ts";
import { mayOrThrow } from "../authorization/permission.ts";
import type { Environment } from "../environment.ts";
import type { ServerRequest } from "../exchange.ts";
import { decode } from "../requests/api-path.ts";

/** Whom a request wants to be taken for, as its `Impersonate-…` lines say. */
interface Wanted {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid: string;
  /** Keys in lower case. */
  readonly extra: readonly (readonly [key: string, value: string])[];
}

/**
 * Whom a request acts for: the one who sends it, or the one whom it names, where that is allowed. It never acts for its sender when it
 * wants anything else. Throws a 400 or 403.
 * Source: WithImpersonation in k8s.io/apiserver, pkg/endpoints/filters/impersonation.go.
 */
export function impersonated(env: Environment, request: ServerRequest, sender: Identity): Identity {
  if (!Object.keys(request.headers).some((name) => name.startsWith(prefix))) return sender;
  const wanted = wantedBy(request);
  for (const asked of attributesOf(wanted)) mayOrThrow(env, sender, asked);
  return identityOf(wanted);
}

const prefix = "impersonate-";
const extraPrefix = `${prefix}extra-`;

/** Throws a 400 for what Kubernetes would pass over: a request that can't be understood must not be done as somebody else's. */
function wantedBy(request: ServerRequest): Wanted {
  const lines = linesOf(request).filter(([name]) => name.startsWith(prefix));
  const all = (name: string): readonly string[] => lines.filter(([one]) => one === name).map(([, value]) => value);
  const [user = "", ...otherUsers] = all(`${prefix}user`);
  const [uid = "", ...otherUids] = all(`${prefix}uid`);
  const groups = all(`${prefix}group`);
  if (otherUsers.length > 0 || otherUids.length > 0)
    throw badRequest(
      "a request can impersonate one user with one UID: Impersonate-User or Impersonate-Uid stands twice",
    );
  const strange = lines.find(([name]) => !known.has(name) && !name.startsWith(extraPrefix));
  if (strange !== undefined) throw badRequest(`${JSON.stringify(strange[0])} is no header that impersonates anything`);
  const extra = lines
    .filter(([name]) => name.startsWith(extraPrefix))
    .map(([name, value]) => [unescaped(name.slice(extraPrefix.length)), value] as const);
  const wanted = { user, groups, uid, extra };
  if (user === "") throw badRequest(`requested [${showReferences(wanted)}] without impersonating a user`);
  return wanted;
}

const known = new Set([`${prefix}user`, `${prefix}uid`, `${prefix}group`]);

/** Each line of its own, since a group may have a comma in its name. */
const linesOf = ({ headers, lines }: ServerRequest): readonly (readonly [name: string, value: string])[] =>
  lines?.() ?? Object.entries(headers).map(([name, value = ""]) => [name, value]);

/** A key that can't be decoded is meant as it stands. */
const unescaped = (key: string): string => decode(key) ?? key;

/** As Go prints references: KIND NAMESPACE NAME UID APIVERSION RESOURCEVERSION FIELDPATH. */
const showReferences = ({ groups, uid, extra }: Wanted): string =>
  [
    ...groups.map((group) => `{Group  ${group}    }`),
    ...extra.map(([key, value]) => `{UserExtra  ${value}  authentication.k8s.io/v1  ${key}}`),
    ...(uid === "" ? [] : [`{UID  ${uid}  authentication.k8s.io/v1  }`]),
  ].join(" ");

/** All that must be allowed to the sender. */
function attributesOf({ user, groups, uid, extra }: Wanted): readonly ResourceAttributes[] {
  const account = serviceAccountOf(user);
  const common = { kind: "resource", verb: "impersonate", group: "", subresource: "", namespace: "" } as const;
  const authentication = { ...common, group: "authentication.k8s.io" };
  return [
    account === undefined
      ? { ...common, resource: "users", name: user }
      : { ...common, resource: "serviceaccounts", ...account },
    ...groups.map((name) => ({ ...common, resource: "groups", name })),
    ...extra.map(([subresource, name]) => ({ ...authentication, resource: "userextras", subresource, name })),
    ...(uid === "" ? [] : [{ ...authentication, resource: "uids", name: uid }]),
  ];
}

function identityOf({ user, groups, uid, extra }: Wanted): Identity {
  const account = serviceAccountOf(user);
  const own = account !== undefined && groups.length === 0 ? serviceAccountGroups(account.namespace) : groups;
  const known = Map.groupBy(extra, ([key]) => key);
  return {
    user,
    groups: withStanding(user, own),
    ...(uid !== "" && { uid }),
    ...(extra.length > 0 && {
      extra: Object.fromEntries([...known].map(([key, pairs]) => [key, pairs.map(([, value]) => value)])),
    }),
  };
}

/** Everybody has shown who they are, or is nobody. */
function withStanding(user: string, groups: readonly string[]): readonly string[] {
  if (groups.includes(unauthenticatedGroup)) return groups;
  if (user === anonymousUser) return [...groups, unauthenticatedGroup];
  return groups.includes(authenticatedGroup) ? groups : [...groups, authenticatedGroup];
}
