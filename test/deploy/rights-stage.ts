import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { builtIn } from "#api/kinds.ts";
import { pathOf } from "#client/path.ts";
import { isJsonObject, type JsonObject } from "#machinery/json.ts";
import { eventually } from "../harness/eventually.ts";
import { type Listening, listening } from "../server/listening.ts";

/** The objects of a manifest in `deploy`. */
export async function manifestObjects(file: string): Promise<readonly JsonObject[]> {
  const text = await readFile(join(import.meta.dirname, "../../deploy", file), "utf8");
  return parseAllDocuments(text)
    .map((one): unknown => one.toJS())
    .filter(isJsonObject);
}

/** One verb on one resource that a role of a manifest gives. */
export interface GivenRight {
  readonly role: string;
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

const rulesOf = ({ kind, rules }: JsonObject): readonly JsonObject[] =>
  (kind === "ClusterRole" || kind === "Role") && Array.isArray(rules) ? rules.filter(isJsonObject) : [];
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

export const rightsIn = (objects: readonly JsonObject[]): readonly GivenRight[] =>
  objects.flatMap((object) =>
    rulesOf(object).flatMap(({ apiGroups, resources, verbs }) =>
      texts(apiGroups).flatMap((group) =>
        texts(resources).flatMap((resource) =>
          texts(verbs).map((verb) => ({ role: String(object.kind), group, resource, verb })),
        ),
      ),
    ),
  );

/** `may not patch ingresses.networking.k8s.io/status`. */
export function sentenceOf({ group, resource, verb }: GivenRight): string {
  const [plural, ...subresource] = resource.split("/");
  return `may not ${verb} ${[group === "" ? plural : `${plural}.${group}`, ...subresource].join("/")}`;
}

/** The same objects, where the roles give that one right less. */
const without = (objects: readonly JsonObject[], taken: GivenRight | undefined): readonly JsonObject[] =>
  objects.map((object) =>
    taken === undefined || object.kind !== taken.role
      ? object
      : { ...object, rules: rulesOf(object).flatMap((rule) => narrowed(rule, taken)) },
  );

function narrowed(rule: JsonObject, { group, resource, verb }: GivenRight): readonly JsonObject[] {
  const resources = texts(rule.resources);
  if (!texts(rule.apiGroups).includes(group) || !resources.includes(resource)) return [rule];
  const others = resources.filter((one) => one !== resource);
  const verbs = texts(rule.verbs).filter((one) => one !== verb);
  return [
    ...(others.length > 0 ? [{ ...rule, resources: others }] : []),
    ...(verbs.length > 0 ? [{ ...rule, resources: [resource], verbs }] : []),
  ];
}

/** An API server with a manifest's objects, and a kubeconfig with a token of its ServiceAccount. */
export interface RightsStage extends AsyncDisposable {
  readonly api: Listening;
  readonly kubeconfig: string;
  /** What the ServiceAccount was refused: method and path. */
  readonly refused: readonly string[];
  /** Applies an object. */
  readonly apply: (object: JsonObject) => Promise<void>;
  readonly merge: (path: string, change: object) => Promise<void>;
  /** The JSON of what is there, as text. */
  readonly read: (path: string) => Promise<string>;
}

/** What a program needs before it is there; its own Deployment is not run here. */
const needed = new Set(
  "Namespace ServiceAccount ClusterRole ClusterRoleBinding Role RoleBinding IngressClass".split(" "),
);

export async function rightsStage(objects: readonly JsonObject[], taken: GivenRight | undefined): Promise<RightsStage> {
  await using made = new AsyncDisposableStack();
  const refused: string[] = [];
  const between = (server: Listening["served"]["server"]): typeof server => ({
    ...server,
    async handle(request, identity) {
      const answer = await server.handle(request, identity);
      if (answer.status === 403) refused.push(`${request.method} ${request.url}`);
      return answer;
    },
  });
  const api = made.use(await listening({ between }));
  const send = async (method: string, path: string, body: object, type = "application/json"): Promise<string> => {
    const { status, text } = await api.served.send(method, path, { body, headers: { "content-type": type } });
    assert.ok(status < 300, `${method} ${path}: ${text}`);
    return text;
  };
  const apply = async (object: JsonObject): Promise<void> =>
    void (await send(
      "PATCH",
      `${placeOf(object)}?fieldManager=test&force=true`,
      object,
      "application/apply-patch+yaml",
    ));
  for (const object of without(objects, taken)) if (needed.has(String(object.kind))) await apply(object);
  const account = objects.find(({ kind }) => kind === "ServiceAccount") ?? {};
  const answer: unknown = JSON.parse(await send("POST", `${placeOf(account)}/token`, { spec: {} }));
  const folder = await mkdtemp(join(tmpdir(), "portolan-rights-"));
  made.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "token"), tokenIn(answer), { mode: 0o600 });
  await writeFile(join(folder, "ca.crt"), api.authority.certificate);
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigOf(objects, `https://127.0.0.1:${api.port}`, folder));
  const owned = made.move();
  return {
    api,
    kubeconfig,
    refused,
    apply,
    merge: async (path, change) => void (await send("PATCH", path, change, "application/merge-patch+json")),
    read: async (path) => (await api.served.send("GET", path)).text,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

function placeOf({ apiVersion, kind, metadata }: JsonObject): string {
  const found = builtIn.served.find(
    (one) => one.kind === kind && (one.group === "" ? one.version : `${one.group}/${one.version}`) === apiVersion,
  );
  assert.ok(found !== undefined && isJsonObject(metadata), `${apiVersion} ${kind}`);
  const namespace = String(metadata.namespace ?? "");
  return pathOf(found, { namespace, name: String(metadata.name) });
}

function tokenIn(answer: unknown): string {
  assert.ok(isJsonObject(answer) && isJsonObject(answer.status));
  return String(answer.status.token);
}

/** The manifest's own, but for where the server is, and where a pod would find the token. */
function kubeconfigOf(objects: readonly JsonObject[], server: string, folder: string): string {
  const found = objects.find(({ kind }) => kind === "ConfigMap")?.data;
  const text = isJsonObject(found) ? String(found.kubeconfig) : "";
  return text
    .replace(/server: .*/, `server: ${server}`)
    .replaceAll("/var/run/secrets/kubernetes.io/serviceaccount", folder);
}

/** Something that the program needs a right for, and how one sees that it was done. */
export interface Deed {
  readonly name: string;
  readonly provoke: () => Promise<void>;
  readonly isDone: () => Promise<boolean>;
}

/** Provokes one deed after the other until the program says that it lacks a right, which is given back. */
export async function playUntilLacking(deeds: readonly Deed[], lacked: readonly string[]): Promise<string | undefined> {
  for (const { name, provoke, isDone } of deeds) {
    await provoke();
    await eventually(name, async () => lacked.length > 0 || (await isDone()), { seconds: 8 });
    if (lacked.length > 0) break;
  }
  return lacked[0];
}
