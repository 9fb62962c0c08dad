import type { ErrorPages, Header } from "../route-filters.ts";
import type { Backend, BackendId } from "../route-table.ts";

/** What is sent to whom to have the page; the client gets its body and type, and the status that the page is for. */
export interface PageRequest {
  readonly backend: BackendId;
  readonly headers: readonly Header[];
}

interface Failed {
  readonly status: number;
  /** As the client sent it, with the query. */
  readonly target: string;
  readonly accept: string | undefined;
  readonly requestId: string;
  /** `namespace/name` of the Ingress. */
  readonly ingress: string;
  readonly backend: Pick<Backend, "service" | "port">;
}

/**
 * Whom to ask for the page of a backend's answer; undefined where the client gets the answer itself. Answers of filters, such as 401,
 * are never replaced. Headers as ingress-nginx names them (custom-http-errors).
 */
export function pageFor(pages: ErrorPages | undefined, failed: Failed): PageRequest | undefined {
  if (pages === undefined || !pages.codes.includes(failed.status)) return undefined;
  const [namespace = "", ingress = ""] = failed.ingress.split("/");
  const [, service = ""] = failed.backend.service.split("/");
  const headers = [
    { name: "x-code", value: `${failed.status}` },
    { name: "x-format", value: failed.accept ?? "" },
    { name: "x-original-uri", value: failed.target },
    { name: "x-namespace", value: namespace },
    { name: "x-ingress-name", value: ingress },
    { name: "x-service-name", value: service },
    { name: "x-service-port", value: `${failed.backend.port}` },
    { name: "x-request-id", value: failed.requestId },
  ];
  return { backend: pages.backend, headers };
}
