import { ipAddresses } from "#api/networking/ip-address.ts";
import { type ServiceCIDR, serviceCidrs } from "#api/networking/service-cidr.ts";
import { type RangeStep, rangeStep } from "#core/addresses/service-ranges.ts";
import { changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type ControllerContext, collection } from "./context.ts";

interface Work {
  readonly range: ServiceCIDR;
  readonly step: RangeStep;
}

/** Says which ServiceCIDRs addresses are given out of, and lets go those that nobody needs. Source: pkg/controller/servicecidrs in Kubernetes. */
export function serviceCidrController(context: ControllerContext): Loop {
  const ranges = collection(context, serviceCidrs);
  const addresses = context.informers.of(ipAddresses);
  const leaving = (): readonly string[] =>
    ranges.cache.list().flatMap(({ metadata }) => (metadata.deletionTimestamp === undefined ? [] : [metadata.name]));

  const plan = (name: string): Work | undefined => {
    const range = ranges.cache.get("", name);
    if (range === undefined) return undefined;
    const step = rangeStep(range, { all: ranges.cache.list(), addresses: addresses.list(), now: context.now() });
    return step && { range, step };
  };

  const apply = async ({ range, step }: Work): Promise<undefined> => {
    const { name, resourceVersion } = range.metadata;
    if (step.kind === "condition")
      await ranges.client.patch("", name, {
        type: "strategic",
        subresource: "status",
        body: { status: { conditions: [step.condition] } },
      });
    else
      await ranges.client.patch("", name, {
        type: "merge",
        body: { metadata: { resourceVersion, finalizers: step.finalizers } },
      });
  };

  return loop({
    name: "service-cidrs",
    sources: [changesOf(ranges.cache, ({ metadata }) => [metadata.name, ...leaving()]), changesOf(addresses, leaving)],
    plan,
    apply,
    parallel: 1,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}
