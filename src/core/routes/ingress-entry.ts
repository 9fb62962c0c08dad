import type { Ingress } from "#api/networking/ingress.ts";
import type { EntrySurroundings, IngressEntry } from "./entry.ts";
import { EntryDraft } from "./entry-draft.ts";
import { certifiedHosts } from "./ingress-certificates.ts";
import { addPassthroughs } from "./ingress-passthrough.ts";
import { addRoutes } from "./ingress-routes.ts";
import type { IngressSettings } from "./ingress-settings.ts";
import { nameOf, seniorityOf } from "./route-world.ts";

/** What an Ingress asks for. Parts of it that can't be served are told about in `findings`, and spoil nothing else. */
export function ingressEntry(ingress: Ingress, settings: IngressSettings, around: EntrySurroundings): IngressEntry {
  const ownership = around.classes.ownershipOf(ingress);
  const draft = new EntryDraft(ingress, settings, around);
  if (ownership.kind === "ours") {
    draft.read(...settings.reads);
    for (const finding of settings.findings) draft.tell(finding);
    addRoutes(draft);
    if (settings.filters.errorPages !== undefined) draft.wishFor(settings.filters.errorPages.backend);
    if (settings.tlsPassthrough && !settings.failsClosed) addPassthroughs(draft);
  }
  return {
    name: nameOf(ingress),
    seniority: seniorityOf(ingress),
    ownership,
    tls: ownership.kind === "ours" ? certifiedHosts(draft) : new Map(),
    httpsRedirect: settings.httpsRedirect,
    ...draft.finished(),
  };
}
