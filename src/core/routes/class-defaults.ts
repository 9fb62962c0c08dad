import type { Ingress } from "#api/networking/ingress.ts";
import { mustCidr } from "#net/cidr.ts";
import { prefix } from "./annotations/annotation.ts";
import { readAnnotations } from "./annotations/read-annotations.ts";
import { defaultSettings } from "./default-settings.ts";
import type { IngressDefaults } from "./ingress-settings.ts";
import type { RedirectStatus } from "./route-filters.ts";
import type { Finding } from "./route-table.ts";
import type { Refuse, Setting } from "./setting.ts";
import { showValue } from "./shown-value.ts";

/** Settings that hold where an Ingress has no annotation of the same name, which says the same in the same words. */
const inherited: ReadonlySet<string> = new Set([
  "proxy-body-size",
  "proxy-connect-timeout",
  "proxy-send-timeout",
  "proxy-read-timeout",
  "proxy-next-upstream",
  "proxy-next-upstream-tries",
  "ssl-redirect",
  "force-ssl-redirect",
  "load-balance",
  "whitelist-source-range",
  "denylist-source-range",
]);
const redirectCode = "http-redirect-code";

export const isDefaultKey = (key: string): boolean => inherited.has(key) || key === redirectCode;

interface ReadDefaults {
  readonly defaults: IngressDefaults;
  readonly findings: readonly Finding[];
}

/** What Ingresses ask for that say nothing themselves. Where it can't be told who may come in, nobody may that an Ingress doesn't let in. */
export function readDefaults(settings: ReadonlyMap<string, Setting>, refuse: Refuse): ReadDefaults {
  const said = [...settings].filter(([key]) => inherited.has(key));
  const annotations = Object.fromEntries(said.map(([key, { value }]) => [prefix + key, value]));
  const read = readAnnotations(speaker(annotations), { ...nothing, defaults: defaultSettings });
  const findings = read.findings.flatMap((finding): readonly Finding[] => {
    const setting = settings.get(finding.origin.field.split(prefix)[1]?.slice(0, -1) ?? "");
    if (setting === undefined) return [];
    const { origin } = setting;
    const message = finding.message.replace(`${prefix}${setting.key}`, origin.field);
    return [
      { ...finding, origin, message, because: finding.weight === "refused" ? "SettingInvalid" : finding.because },
    ];
  });
  const { backend, httpsRedirect } = read;
  const status = redirectStatus(settings.get(redirectCode), refuse);
  const filters = read.failsClosed ? { ...read.filters, sources: nobody } : read.filters;
  return { defaults: { filters, backend, httpsRedirect: { ...httpsRedirect, status } }, findings };
}

const nobody = { allow: [], deny: [mustCidr("0.0.0.0/0"), mustCidr("::/0")] };

const statuses: readonly RedirectStatus[] = [301, 302, 303, 307, 308];

function redirectStatus(setting: Setting | undefined, refuse: Refuse): RedirectStatus {
  const status = statuses.find((one) => String(one) === setting?.value);
  if (setting !== undefined && status === undefined)
    refuse(setting.origin, `${showValue(setting.value)} is none of ${statuses.join(", ")}`);
  return status ?? defaultSettings.httpsRedirect.status;
}

/** An Ingress that says so much and no more. */
const speaker = (annotations: Readonly<Record<string, string>>): Ingress => ({
  metadata: {
    name: "defaults",
    namespace: "defaults",
    uid: "",
    resourceVersion: "",
    creationTimestamp: "1970-01-01T00:00:00Z",
    annotations,
  },
  spec: {},
  status: { loadBalancer: {} },
});
const nothing = { secret: () => undefined, configMap: () => undefined, service: () => undefined };
