import { services } from "#api/core/service.ts";
import { carryOver, pluralAddresses } from "#core/addresses/carry-over.ts";
import { isOf, named } from "../object.ts";
import type { Strategy } from "./strategy.ts";

/** Addresses and ports that the server gave stay with a Service whose owner doesn't name them. */
export const serviceStrategy: Strategy = {
  prepareCreate: (object) => (isOf(services, object) ? named(services, pluralAddresses(object)) : object),
  prepareUpdate: (next, old) =>
    isOf(services, next) && isOf(services, old) ? named(services, carryOver(next, old)) : next,
};
