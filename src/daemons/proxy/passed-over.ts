import { type Service, services } from "#api/core/service.ts";
import { type EventRecorder, referenceTo } from "#client/events.ts";
import { explain } from "#core/reasons.ts";
import type { PassedOver, ServiceEntry } from "#core/services/service-map.ts";

/** An Event shows at most this much of a value that somebody wrote. */
const valueMost = 200;

/** Tells in Events of a Service what it asks for and doesn't get here: once when it is first seen, not at every change. */
export function tellPassedOver(
  recorder: EventRecorder,
  service: Service,
  { before, now }: { readonly before: ServiceEntry | undefined; readonly now: ServiceEntry },
): void {
  const known = new Set(before?.passedOver.map(keyOf));
  for (const one of now.passedOver) {
    // That a balancer takes its own traffic is how it should be.
    if (one.because === "BalancerProxies" || known.has(keyOf(one))) continue;
    const value = JSON.stringify(one.value.slice(0, valueMost));
    const message = `${one.object.kind} ${one.object.name}: ${one.field}: ${value}: ${explain(one.because)}`;
    recorder.record(referenceTo(services, service), "Warning", { reason: one.because, message });
  }
}

const keyOf = ({ object, field, value, because }: PassedOver): string =>
  JSON.stringify([object.kind, object.name, field, value, because]);
