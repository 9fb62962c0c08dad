import { limits } from "../limits.ts";

/**
 * What a URL's path names. Everything under a group version is a resource; the rest are documents: discovery, OpenAPI, health.
 *
 *     /api/v1 | /apis/GROUP/VERSION      then  [/watch] [/namespaces/NAMESPACE] /RESOURCE [/NAME [/SUBRESOURCE [/REST…]]]
 *     /api/v1/proxy                      then  [/namespaces/NAMESPACE] /RESOURCE /NAME [/REST…]      until Kubernetes 1.10
 *
 * Source: "API concepts", Resource URIs, in the Kubernetes reference; RequestInfoFactory in k8s.io/apiserver.
 */
export type ApiPath =
  | ResourcePath
  | { readonly kind: "document"; readonly path: string }
  | { readonly kind: "refused"; readonly message: string };

export interface ResourcePath {
  readonly kind: "resource";
  readonly group: string;
  readonly version: string;
  /** Empty: all namespaces, or a resource that has none. */
  readonly namespace: string;
  readonly resource: string;
  /** Empty: the collection. */
  readonly name: string;
  readonly subresource: string;
  /** What stands behind the subresource, with the slash before it and as it was sent: the path that a proxy's target is asked for. */
  readonly rest: string;
  /** The old way to ask for a proxy: `/api/v1/proxy/nodes/NAME`. */
  readonly isOldProxy?: true;
  /** The old way to ask for a watch: `/api/v1/watch/pods`. */
  readonly isOldWatch: boolean;
}

// A name that a decoder could turn into another path is refused before anything looks at it.
const encodedSeparator = /%(2f|5c|00)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacter = /[\u0000-\u001f\u007f]/;

/** Reads the path of a URL, without its query. */
export function parseApiPath(path: string): ApiPath {
  if (path.length > limits.path) return refused(`the path is longer than ${limits.path} characters`);
  if (!path.startsWith("/")) return refused(`the path ${show(path)} does not begin with a slash`);
  const [, root = "", ...rest] = path.split("/");
  if (root === "api" && rest.length >= 2 && rest[1] !== "") return resourcePath("", rest[0] ?? "", rest.slice(1));
  if (root === "apis" && rest.length >= 3 && rest[2] !== "")
    return resourcePath(rest[0] ?? "", rest[1] ?? "", rest.slice(2));
  return hasDots(path.split("/"))
    ? refused(`the path ${show(path)} has a segment "." or ".."`)
    : { kind: "document", path: trimmed(path) };
}

function resourcePath(group: string, version: string, encoded: readonly string[]): ApiPath {
  const old = group === "" ? fromOldProxy(encoded) : undefined;
  if (old !== undefined) {
    const path = resourcePath(group, version, old);
    return path.kind === "resource" ? { ...path, isOldProxy: true } : path;
  }
  const behindProxy = encoded[stepsOfObject(encoded)] === "proxy" ? stepsOfObject(encoded) + 1 : encoded.length;
  const own = encoded.slice(0, behindProxy);
  const targetPath = encoded.slice(behindProxy);
  const stray = targetPath.find((segment) => !isOfTarget(segment));
  if (stray !== undefined) return refused(`the path segment ${show(stray)} can't be passed on`);
  const decoded = decodeAll(own);
  if (decoded.kind === "refused") return decoded;
  const { words } = decoded;
  const isOldWatch = words[0] === "watch";
  const steps = isOldWatch ? words.slice(1) : words;
  const [first = "", second = "", third = ""] = steps;
  // "namespaces/x/status" and "namespaces/x/finalize" belong to the Namespace; any other word there is a resource in it.
  const isInNamespace = first === "namespaces" && third !== "" && !namespaceSubresources.has(third);
  const namespace = first === "namespaces" ? second : "";
  const [resource = "", name = "", subresource = "", ...further] = isInNamespace ? steps.slice(2) : steps;
  const rest = [...further, ...targetPath].map((step) => `/${step}`).join("");
  return { kind: "resource", group, version, namespace, resource, name, subresource, rest, isOldWatch };
}
const namespaceSubresources = new Set(["status", "finalize"]);

/** How many segments an object's path has. */
const stepsOfObject = ([first]: readonly string[]): number => (first === "namespaces" ? 4 : 2);

/** The path that replaced it; undefined for any other. */
function fromOldProxy([first, ...steps]: readonly string[]): readonly string[] | undefined {
  if (first !== "proxy") return undefined;
  const own = steps.slice(0, stepsOfObject(steps));
  const resource = own.at(-2);
  const isOld = own[0] === "namespaces" ? resource === "services" || resource === "pods" : resource === "nodes";
  return isOld ? [...own, "proxy", ...steps.slice(own.length)] : undefined;
}

/**
 * Whether a segment of the path that a proxy's target is asked for can go on as it was sent, encoded slashes too. What somebody on the
 * way could take for a step upwards, or for the end of a line, does not.
 */
function isOfTarget(segment: string): boolean {
  if (!/^(%[0-9a-fA-F]{2}|[!-"$&-~])*$/.test(segment)) return false; // visible ASCII without a fragment
  const bytes = segment.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return !controlCharacter.test(bytes) && !hasDots(bytes.split(/[/\\]/));
}

/** The segments with their `%xx` decoded; one slash at the end is allowed. Behind a subresource empty segments stay. */
function decodeAll(
  encoded: readonly string[],
): { readonly kind: "read"; readonly words: readonly string[] } | (ApiPath & { readonly kind: "refused" }) {
  const segments = encoded.at(-1) === "" ? encoded.slice(0, -1) : encoded;
  const words: string[] = [];
  for (const segment of segments) {
    const word = encodedSeparator.test(segment) ? undefined : decode(segment);
    if (word === undefined || controlCharacter.test(word))
      return refused(`the path segment ${show(segment)} can't be read`);
    words.push(word);
  }
  if (hasDots(words)) return refused(`the path has a segment "." or ".."`);
  if (words.slice(0, 5).includes("")) return refused("the path has an empty segment");
  return { kind: "read", words };
}

/** A segment with its `%xx` decoded; undefined where that gives no text. */
export function decode(segment: string): string | undefined {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch (fault) {
    if (fault instanceof URIError) return undefined;
    throw fault;
  }
}

const hasDots = (words: readonly string[]): boolean => words.some((word) => word === "." || word === "..");
const trimmed = (path: string): string => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);
const show = (text: string): string => JSON.stringify(text.slice(0, 200));
const refused = (message: string): ApiPath & { readonly kind: "refused" } => ({ kind: "refused", message });
