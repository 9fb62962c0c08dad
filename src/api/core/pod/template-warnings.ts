import { dnsLabelTrouble } from "#machinery/rules/names.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";

/** What makes pods gives them its name, and they are called so by their hosts too. Source: WarningsOnCreate of such kinds. */
export function* podNameWarnings({ metadata: { name } }: { readonly metadata: ObjectMeta }): Iterable<string> {
  const troubles = dnsLabelTrouble(name);
  if (troubles.length > 0)
    yield `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${troubles.join(" ")}]`;
}
