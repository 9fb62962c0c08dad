import { apiAccessPrefix, withApiAccess } from "#api/core/pod/api-access.ts";
import { podReferences } from "#api/core/pod/references.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type ServiceAccount, serviceAccounts } from "#api/core/service-account.ts";
import { forbidden } from "#machinery/status.ts";
import type { Store } from "#store/store.ts";
import { isOf, named, parseStored } from "../object.ts";
import { keyOf, type Place } from "../objects.ts";
import { generatedName } from "../verbs/names.ts";
import { awaitedEntry } from "./awaited-entry.ts";
import type { AdmissionPlugin, Denial } from "./plugin.ts";

/**
 * A pod runs as somebody who is there, and finds in its containers by what the API knows it.
 * Source: plugin/pkg/admission/serviceaccount, in whose words it refuses.
 */
export const serviceAccount: AdmissionPlugin = {
  name: "ServiceAccount",
  at: ["/pods"],
  mutate: async (next, { operation, name: podName, call: { env, path } }) => {
    if (operation !== "create" || !isOf(pods, next)) return next;
    if (isMirror(next)) {
      const denied = mirrorDenial(next);
      if (denied !== undefined) throw forbidden(pods, podName, denied);
      return next;
    }
    const { serviceAccountName: name = defaultAccount } = next.spec;
    const { namespace } = path;
    const account = await accountAt(env.store, { namespace, name });
    if (account === undefined) {
      const missing = `serviceaccount ${JSON.stringify(name)} not found`;
      throw forbidden(pods, podName, `error looking up service account ${namespace}/${name}: ${missing}`);
    }
    const spec = { ...withPullSecrets(next.spec, account), serviceAccountName: name, serviceAccount: name };
    const wantsAccess = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
    const volume = () => generatedName(apiAccessPrefix, env.chance);
    return named(pods, { ...next, spec: wantsAccess ? withApiAccess(spec, volume) : spec });
  },
};

const defaultAccount = "default";

/** A controller makes the default account of a namespace, a moment after that is there. Source: getServiceAccount, which asks ten times. */
const patienceMs = 1500;

async function accountAt(store: Store, place: Place): Promise<ServiceAccount | undefined> {
  const key = keyOf(serviceAccounts, place);
  const entry = await (place.name === defaultAccount ? awaitedEntry(store, key, patienceMs) : store.get(key));
  const object = entry && parseStored(entry.value);
  return isOf(serviceAccounts, object) ? object : undefined;
}

function withPullSecrets(spec: Pod["spec"], { imagePullSecrets = [] }: ServiceAccount): Pod["spec"] {
  const isSaid = (spec.imagePullSecrets ?? []).length > 0;
  return isSaid || imagePullSecrets.length === 0 ? spec : { ...spec, imagePullSecrets };
}

const isMirror = ({ metadata }: Pod): boolean => metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;

/** What a node runs from its own files is nobody towards the API. */
function mirrorDenial(pod: Pod): Denial {
  const { secrets, serviceAccount: account } = podReferences(pod);
  if (account !== "") return "a mirror pod may not reference service accounts";
  if (secrets.size > 0) return "a mirror pod may not reference secrets";
  const sources = (pod.spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return sources.some((source) => source.serviceAccountToken !== undefined)
    ? "a mirror pod may not use ServiceAccountToken volume projections"
    : undefined;
}
