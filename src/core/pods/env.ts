import type { ConfigMap } from "#api/core/config-map.ts";
import type { Container } from "#api/core/pod/container.ts";
import type { EnvFromSource, EnvVar } from "#api/core/pod/env.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Secret } from "#api/core/secret.ts";
import type { Service } from "#api/core/service.ts";
import { expand } from "./expand.ts";
import { fieldOf } from "./fields.ts";
import type { NodeFacts } from "./node-facts.ts";
import { containerNamed, resourceOf } from "./resources.ts";
import { serviceVariables } from "./service-variables.ts";

/** Objects that a container's environment and volumes are read from; by name, in the pod's namespace. */
export interface Sources {
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly secrets: ReadonlyMap<string, Secret>;
  /** All Services that its variables may name: those of its namespace, and `default/kubernetes`. */
  readonly services: readonly Service[];
}
export type Environment =
  | { readonly kind: "ready"; readonly variables: ReadonlyMap<string, string> }
  /** Shown as CreateContainerConfigError; tried again when the object it names changes. */
  | { readonly kind: "refused"; readonly message: string };

/**
 * A container's environment: service variables, then `envFrom`, then `env`, later ones winning; `$(NAME)` names what stands
 * before it. Source: the kubelet's makeEnvironmentVariables.
 */
export function environmentOf(pod: Pod, container: Container, { sources, node }: Surroundings): Environment {
  const variables = serviceVariables(pod, sources.services);
  for (const source of container.envFrom ?? []) {
    const found = fromSource(source, sources);
    if (typeof found === "string") return { kind: "refused", message: found };
    for (const [name, value] of found) variables.set(name, value);
  }
  for (const variable of container.env ?? []) {
    const value = variableValue(pod, container, { variable, variables, sources, node });
    if (value.kind === "refused") return value;
    if (value.kind === "set") variables.set(variable.name, value.value);
  }
  return { kind: "ready", variables };
}
interface Surroundings {
  readonly sources: Sources;
  readonly node: NodeFacts;
}

const utf8 = new TextDecoder();
/** The keys and texts of a Secret. */
const secretTexts = ({ data }: Secret): ReadonlyMap<string, string> =>
  new Map(Object.entries(data ?? {}).map(([key, value]) => [key, utf8.decode(Uint8Array.fromBase64(value))]));

function fromSource(source: EnvFromSource, { configMaps, secrets }: Sources): ReadonlyMap<string, string> | string {
  const prefix = source.prefix ?? "";
  const prefixed = (entries: Iterable<readonly [string, string]>) =>
    new Map([...entries].map(([key, value]) => [prefix + key, value] as const));
  if (source.configMapRef !== undefined) {
    const { name = "", optional } = source.configMapRef;
    const found = configMaps.get(name);
    if (found !== undefined) return prefixed(Object.entries(found.data ?? {}));
    return optional === true ? new Map() : missing("configmap", name);
  }
  const { name = "", optional } = source.secretRef ?? {};
  const found = secrets.get(name);
  if (found !== undefined) return prefixed(secretTexts(found));
  return optional === true ? new Map() : missing("secret", name);
}
const missing = (what: "configmap" | "secret", name: string): string => `${what} "${name}" not found`;

interface Looked extends Surroundings {
  readonly variable: EnvVar;
  readonly variables: ReadonlyMap<string, string>;
}
type Value =
  | { readonly kind: "set"; readonly value: string }
  | { readonly kind: "unset" }
  | { readonly kind: "refused"; readonly message: string };
const set = (value: string): Value => ({ kind: "set", value });

function variableValue(pod: Pod, container: Container, { variable, variables, sources, node }: Looked): Value {
  const from = variable.valueFrom;
  if (from === undefined) return set(expand(variable.value ?? "", variables));
  if (from.fieldRef !== undefined) return set(fieldOf(pod, from.fieldRef.fieldPath, node) ?? "");
  if (from.resourceFieldRef !== undefined) {
    const of = containerNamed(pod, from.resourceFieldRef.containerName) ?? container;
    return set(resourceOf(of, from.resourceFieldRef, node));
  }
  if (from.configMapKeyRef !== undefined)
    return keyOf("configmap", from.configMapKeyRef, (name) => configMapTexts(sources, name));
  if (from.secretKeyRef !== undefined)
    return keyOf("secret", from.secretKeyRef, (name) => secretTextsNamed(sources, name));
  return {
    kind: "refused",
    message: `environment variable ${variable.name}: valueFrom names no source that this node knows`,
  };

  function keyOf(
    what: "configmap" | "secret",
    ref: KeyRef,
    texts: (name: string) => ReadonlyMap<string, string> | undefined,
  ): Value {
    const { name = "", key, optional = false } = ref;
    const found = texts(name);
    const value = found?.get(key);
    if (value !== undefined) return set(value);
    if (optional) return { kind: "unset" };
    if (found === undefined) return { kind: "refused", message: missing(what, name) };
    const kind = what === "configmap" ? "ConfigMap" : "Secret";
    return { kind: "refused", message: `couldn't find key ${key} in ${kind} ${pod.metadata.namespace}/${name}` };
  }
}
interface KeyRef {
  readonly name?: string;
  readonly key: string;
  readonly optional?: boolean;
}

const configMapTexts = ({ configMaps }: Sources, name: string): ReadonlyMap<string, string> | undefined => {
  const found = configMaps.get(name);
  return found === undefined ? undefined : new Map(Object.entries(found.data ?? {}));
};
const secretTextsNamed = ({ secrets }: Sources, name: string): ReadonlyMap<string, string> | undefined => {
  const found = secrets.get(name);
  return found === undefined ? undefined : secretTexts(found);
};
