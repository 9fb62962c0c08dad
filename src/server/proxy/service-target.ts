import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { serviceNameLabel } from "#api/discovery/endpoint-slice/labels.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { candidatesOf, hasAddress, noEndpoints } from "#core/api-proxy/destinations.ts";
import type { TargetName } from "#core/api-proxy/target-name.ts";
import { unavailable } from "#machinery/status.ts";
import type { Store } from "#store/store.ts";
import type { Environment } from "../environment.ts";
import { isOf, parseStored } from "../object.ts";
import { findOf, mustFindOf, type Place, prefixOf } from "../objects.ts";
import { reachPod, type Target } from "./reach.ts";

/** A ready endpoint of a Service, one at random. Throws a 400, a 404 or a 503. */
export async function serviceTarget(env: Environment, namespace: string, name: TargetName): Promise<Target> {
  const { store } = env;
  const service = await mustFindOf(store, services, { namespace, name: name.name });
  const slices = await slicesOf(store, { namespace, name: name.name });
  const behind = candidatesOf({ service, slices }, name, env.chance.number);
  if (behind.kind === "none") throw unavailable(behind.why);
  for (const { pod, address, port } of behind.candidates) {
    const object = await findOf(store, pods, { namespace, name: pod });
    if (object !== undefined && hasAddress(object, address))
      return reachPod(env, object, { address, scheme: name.scheme, port });
  }
  throw unavailable(noEndpoints(name.name).why);
}

/** Those of a Service: of the others in its namespace no more is looked at than their bytes. */
async function slicesOf(store: Store, { namespace, name }: Place): Promise<readonly EndpointSlice[]> {
  const label = JSON.stringify({ [serviceNameLabel]: name }).slice(1, -1);
  const { entries } = await store.range(prefixOf(endpointSlices, namespace));
  return entries
    .filter(({ value }) => Buffer.from(value.buffer, value.byteOffset, value.length).includes(label))
    .map(({ value }) => parseStored(value))
    .filter((one) => isOf(endpointSlices, one))
    .filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === name);
}
