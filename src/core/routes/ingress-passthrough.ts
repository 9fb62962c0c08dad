import type { EntryDraft } from "./entry-draft.ts";
import { readHost } from "./ingress-host.ts";

const field = "metadata.annotations[nginx.ingress.kubernetes.io/ssl-passthrough]";

/** TLS goes to the backend of a host's path `/`, else to that of its first path: what is asked for can't be seen before it is decrypted. */
export function addPassthroughs(draft: EntryDraft): void {
  for (const host of new Set((draft.ingress.spec.rules ?? []).map((rule) => readHost(rule.host)))) {
    if (host === undefined) continue;
    if (host === "*") {
      draft.refuse(field, "HostInvalid", "TLS can be passed on by its host name only; give the rule a host");
      continue;
    }
    const routes = draft.routesOf(host);
    const root = routes.find(({ match: { path } }) => path.kind === "prefix" && path.value === "");
    const to = (root ?? routes[0])?.to;
    const backend = to?.kind === "backends" ? to.backends[0]?.backend : undefined;
    if (backend !== undefined) draft.passthroughs.push({ host, backend, origin: draft.origin(field) });
  }
}
