import type { IngressClass } from "#api/networking/ingress-class.ts";
import { dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import { blockOf, type Cidr, mustCidr, parseBlock } from "#net/cidr.ts";
import { parseIp } from "#net/ip.ts";
import type { BackendWish } from "./backend-wish.ts";
import { isDefaultKey, readDefaults } from "./class-defaults.ts";
import type { IngressDefaults } from "./ingress-settings.ts";
import type { Finding, Origin, StreamRoute } from "./route-table.ts";
import type { Read, RouteWorld } from "./route-world.ts";
import type { Refuse, Setting } from "./setting.ts";
import { showValue } from "./shown-value.ts";
import { isStreamKey, streamsOf } from "./stream-setting.ts";

/** What holds for all Ingresses together: what the parameters of the served classes say. */
export interface ClassSettings {
  readonly trusted: readonly Cidr[];
  readonly acceptsProxyHeader: boolean;
  /** The Secret whose certificate is shown where there is no other; `name` is `namespace/name`. */
  readonly defaultCertificate: { readonly name: string; readonly origin: Origin } | undefined;
  /** What Ingresses ask for that say nothing themselves. */
  readonly defaults: IngressDefaults;
  readonly streams: readonly StreamRoute[];
  readonly backends: readonly BackendWish[];
  readonly reads: readonly Read[];
  /** `serviceShape` of each Service that was looked at. */
  readonly shapes: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/**
 * Reads the ConfigMaps that classes name in `spec.parameters`, with ingress-nginx' names of settings; `default-ssl-certificate`, `tcp.PORT` and
 * `udp.PORT` stand in a flag and in ConfigMaps of their own there. All classes share the listeners, so that what one sets holds for all: the oldest
 * class that sets something decides. `taken`: ports that streams can't have.
 */
export function classSettings(
  classes: readonly IngressClass[],
  world: RouteWorld,
  taken: ReadonlySet<number>,
): ClassSettings {
  const { settings, reads, findings } = settingsOf(classes, world);
  const refuse: Refuse = (origin, message) =>
    findings.push({ origin, weight: "refused", because: "SettingInvalid", message: `${origin.field}: ${message}` });
  const streams = streamsOf([...settings.values()], world, { taken, refuse });
  const inherited = readDefaults(settings, refuse);
  const certificate = certificateOf(settings.get("default-ssl-certificate"), refuse);
  for (const { key, origin } of settings.values()) {
    if (peerKeys.has(key) || key === "default-ssl-certificate" || isStreamKey(key) || isDefaultKey(key)) continue;
    const message = `${origin.field}: no setting of this name is served`;
    findings.push({ origin, weight: "refused", because: "SettingUnknown", message });
  }
  return {
    ...peersOf(settings, refuse),
    defaultCertificate: certificate,
    defaults: inherited.defaults,
    streams: streams.flatMap(({ stream }) => stream ?? []),
    backends: streams.flatMap(({ wish }) => wish ?? []),
    shapes: new Map(streams.flatMap(({ service, shape }) => (service === undefined ? [] : [[service, shape]]))),
    reads: [
      ...reads,
      ...streams.flatMap(({ service }): readonly Read[] =>
        service === undefined ? [] : [{ kind: "Service", name: service }],
      ),
      ...(certificate === undefined ? [] : [{ kind: "Secret", name: certificate.name } as const]),
    ],
    findings: [...findings, ...inherited.findings],
  };
}

interface Gathered {
  readonly settings: ReadonlyMap<string, Setting>;
  readonly reads: readonly Read[];
  readonly findings: Finding[];
}

function settingsOf(classes: readonly IngressClass[], world: RouteWorld): Gathered {
  const settings = new Map<string, Setting>();
  const reads = new Map<string, Read>();
  const findings: Finding[] = [];
  for (const { metadata, spec } of classes) {
    if (spec.parameters === undefined) continue;
    const origin: Origin = { kind: "IngressClass", name: metadata.name, field: "spec.parameters" };
    const refuse = (problem: string) =>
      findings.push({
        origin,
        weight: "refused",
        because: "ParametersInvalid",
        message: `spec.parameters: ${problem}`,
      });
    const { apiGroup = "", kind, scope, namespace = "", name } = spec.parameters;
    const isNamed = [namespace, name].every((one) => dnsSubdomainTrouble(one).length === 0);
    if (apiGroup !== "" || kind !== "ConfigMap" || scope !== "Namespace" || !isNamed) {
      refuse("must name a ConfigMap: kind ConfigMap without apiGroup, scope Namespace, and its namespace");
      continue;
    }
    const fullName = `${namespace}/${name}`;
    if (reads.has(fullName)) continue;
    reads.set(fullName, { kind: "ConfigMap", name: fullName });
    const found = world.configMap(fullName);
    if (found === undefined) refuse(`there is no ConfigMap ${fullName}`);
    for (const [key, value] of Object.entries(found?.data ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const setting = {
        key,
        value: value.trim(),
        origin: { kind: "ConfigMap", name: fullName, field: `data[${key}]` },
      } as const;
      const elder = settings.get(key);
      if (elder === undefined) settings.set(key, setting);
      else if (elder.value !== setting.value) findings.push(takenBy(setting, elder));
    }
  }
  return { settings, reads: [...reads.values()], findings };
}

function takenBy({ origin }: Setting, elder: Setting): Finding {
  const message = `${origin.field}: ConfigMap ${elder.origin.name} of an older class sets it to ${showValue(elder.value)}, which holds for all classes`;
  return { origin, weight: "refused", because: "SettingTaken", message };
}

const peerKeys: ReadonlySet<string> = new Set(["proxy-real-ip-cidr", "use-forwarded-headers", "use-proxy-protocol"]);

/** Whose word is taken for where a request comes from. */
function peersOf(
  settings: ReadonlyMap<string, Setting>,
  refuse: Refuse,
): Pick<ClassSettings, "trusted" | "acceptsProxyHeader"> {
  const flag = (key: string): boolean => {
    const { value = "false", origin } = settings.get(key) ?? {};
    if (origin !== undefined && value !== "true" && value !== "false")
      refuse(origin, `${showValue(value)} is neither "true" nor "false"; it counts as "false"`);
    return value === "true";
  };
  const forwarded = flag("use-forwarded-headers");
  const acceptsProxyHeader = flag("use-proxy-protocol");
  const setting = settings.get("proxy-real-ip-cidr");
  if (!forwarded && !acceptsProxyHeader) {
    if (setting !== undefined)
      refuse(setting.origin, "means nothing without use-forwarded-headers or use-proxy-protocol");
    return { trusted: [], acceptsProxyHeader };
  }
  if (setting === undefined) return { trusted: forwarded ? everybody : [], acceptsProxyHeader };
  return { trusted: blocksOf(setting, refuse), acceptsProxyHeader };
}

const everybody = [mustCidr("0.0.0.0/0"), mustCidr("::/0")];
/** No peer has this address: an empty list would let in all. */
const nobody = [mustCidr("255.255.255.255/32")];

function blocksOf({ value, origin }: Setting, refuse: Refuse): readonly Cidr[] {
  const blocks = value.split(",").flatMap((text) => {
    const ip = parseIp(text.trim());
    const block = ip === undefined ? parseBlock(text.trim()) : blockOf(ip);
    if (block === undefined) refuse(origin, `${showValue(text)} is no block of addresses; nobody in it is believed`);
    return block ?? [];
  });
  return blocks.length === 0 ? nobody : blocks;
}

function certificateOf(setting: Setting | undefined, refuse: Refuse): ClassSettings["defaultCertificate"] {
  if (setting === undefined) return undefined;
  const parts = setting.value.split("/");
  if (parts.length === 2 && parts.every((part) => dnsSubdomainTrouble(part).length === 0))
    return { name: setting.value, origin: setting.origin };
  refuse(setting.origin, `${showValue(setting.value)} is no NAMESPACE/NAME of a Secret`);
  return undefined;
}
