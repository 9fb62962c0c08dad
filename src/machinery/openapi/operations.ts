import type { ServedResource } from "../catalogue.ts";
import { apiVersionOf, type NamedType } from "../kind.ts";

/** One method of one path, before either version of OpenAPI spells it. Source: the paths of Kubernetes' own documents. */
export interface Operation {
  readonly path: string;
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** `x-kubernetes-action`. */
  readonly action: string;
  readonly id: string;
  readonly target: Pick<NamedType, "group" | "version" | "kind">;
  readonly query: readonly Parameter[];
  readonly inPath: readonly Parameter[];
  readonly body: "object" | "patch" | "options" | "none";
}
export interface Parameter {
  readonly name: string;
  readonly type: "string" | "boolean" | "integer";
  readonly description: string;
}

const namespace: Parameter = { name: "namespace", type: "string", description: "The namespace of the object." };
const name: Parameter = { name: "name", type: "string", description: "The name of the object." };
const pretty: Parameter = { name: "pretty", type: "string", description: "If 'true', the answer is indented." };
const dryRun: Parameter = { name: "dryRun", type: "string", description: "'All': do everything but keep nothing." };
const fieldManager: Parameter = { name: "fieldManager", type: "string", description: "Who makes this change." };
const fieldValidation: Parameter = {
  name: "fieldValidation",
  type: "string",
  description: "What an unknown or doubled field means: Ignore, Warn or Strict.",
};
const force: Parameter = { name: "force", type: "boolean", description: "Take over fields that others manage." };
const writing = [pretty, dryRun, fieldManager, fieldValidation];
const deleting: readonly Parameter[] = [
  pretty,
  dryRun,
  { name: "gracePeriodSeconds", type: "integer", description: "How long it may take to end; 0: at once." },
  { name: "orphanDependents", type: "boolean", description: "Superseded by propagationPolicy." },
  {
    name: "propagationPolicy",
    type: "string",
    description: "What becomes of dependents: Orphan, Background, Foreground.",
  },
];
const listing: readonly Parameter[] = [
  pretty,
  { name: "allowWatchBookmarks", type: "boolean", description: "Whether a watch may tell how far it has come." },
  { name: "continue", type: "string", description: "Where the last page ended." },
  { name: "fieldSelector", type: "string", description: "Only objects whose fields match." },
  { name: "labelSelector", type: "string", description: "Only objects whose labels match." },
  { name: "limit", type: "integer", description: "At most so many objects." },
  { name: "resourceVersion", type: "string", description: "How new the answer must be, or where a watch begins." },
  { name: "resourceVersionMatch", type: "string", description: "How to read resourceVersion: Exact or NotOlderThan." },
  { name: "sendInitialEvents", type: "boolean", description: "Whether a watch first tells what there is." },
  { name: "timeoutSeconds", type: "integer", description: "How long a list or a watch may take." },
  { name: "watch", type: "boolean", description: "Tell changes as they come." },
];

export const operationsOf = (kind: ServedResource): readonly Operation[] => [
  ...[...collection(kind), ...single(kind)].filter(({ action }) => kind.verbs.includes(verbOf(action))),
  ...kind.subresources.flatMap((one) => subresource(kind, one)),
];

/** Of an action on a resource itself. */
const verbOf = (action: string): string => (action === "post" ? "create" : action === "put" ? "update" : action);

const rootOf = (kind: ServedResource): string => `${kind.group === "" ? "/api" : "/apis"}/${apiVersionOf(kind)}`;
const isNamespaced = ({ scope }: ServedResource): boolean => scope === "Namespaced";
const collectionPath = (kind: ServedResource): string =>
  `${rootOf(kind)}${isNamespaced(kind) ? "/namespaces/{namespace}" : ""}/${kind.plural}`;
const collectionParameters = (kind: ServedResource): readonly Parameter[] => (isNamespaced(kind) ? [namespace] : []);

/** `CoreV1NamespacedService`: the tail of an operation's id. */
function idOf(kind: ServedResource): string {
  const group = kind.group === "" ? "core" : (kind.group.split(".")[0] ?? "");
  const version = kind.version;
  return `${capital(group)}${capital(version)}${isNamespaced(kind) ? "Namespaced" : ""}${kind.kind}`;
}
const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

function collection(kind: ServedResource): readonly Operation[] {
  const common = { path: collectionPath(kind), target: kind, inPath: collectionParameters(kind) };
  const id = idOf(kind);
  const everywhere: Operation = {
    path: `${rootOf(kind)}/${kind.plural}`,
    target: kind,
    inPath: [],
    method: "get",
    action: "list",
    id: `list${id.replace("Namespaced", "")}ForAllNamespaces`,
    query: listing,
    body: "none",
  };
  return [
    { ...common, method: "get", action: "list", id: `list${id}`, query: listing, body: "none" },
    { ...common, method: "post", action: "post", id: `create${id}`, query: writing, body: "object" },
    {
      ...common,
      method: "delete",
      action: "deletecollection",
      id: `deleteCollection${id}`,
      query: [...listing, ...deleting.slice(1)],
      body: "options",
    },
    ...(isNamespaced(kind) ? [everywhere] : []),
  ];
}

function single(kind: ServedResource): readonly Operation[] {
  const common = {
    path: `${collectionPath(kind)}/{name}`,
    target: kind,
    inPath: [...collectionParameters(kind), name],
  };
  const id = idOf(kind);
  return [
    { ...common, method: "get", action: "get", id: `read${id}`, query: [pretty], body: "none" },
    { ...common, method: "put", action: "put", id: `replace${id}`, query: writing, body: "object" },
    { ...common, method: "patch", action: "patch", id: `patch${id}`, query: [...writing, force], body: "patch" },
    { ...common, method: "delete", action: "delete", id: `delete${id}`, query: deleting, body: "options" },
  ];
}

type Verb = "get" | "create" | "update" | "patch" | "delete";
const methods = {
  get: { method: "get", action: "get", word: "read", query: [pretty], body: "none" },
  create: { method: "post", action: "post", word: "create", query: writing, body: "object" },
  update: { method: "put", action: "put", word: "replace", query: writing, body: "object" },
  patch: { method: "patch", action: "patch", word: "patch", query: [...writing, force], body: "patch" },
  delete: { method: "delete", action: "delete", word: "delete", query: [pretty], body: "options" },
} as const satisfies Record<Verb, unknown>;
const isVerb = (verb: string): verb is Verb => Object.hasOwn(methods, verb);

function subresource(
  kind: ServedResource,
  { name: part, kind: spoken, verbs }: ServedResource["subresources"][number],
): readonly Operation[] {
  return verbs.filter(isVerb).map((verb) => {
    const { method, action, word, query, body } = methods[verb];
    return {
      path: `${collectionPath(kind)}/{name}/${part}`,
      method,
      action: part === "proxy" || part === "exec" || part === "attach" || part === "portforward" ? "connect" : action,
      id: `${word}${idOf(kind)}${capital(part)}`,
      target: spoken ?? kind,
      inPath: [...collectionParameters(kind), name],
      query,
      body,
    };
  });
}
