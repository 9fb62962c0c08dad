import { pageFor } from "#core/routes/filters/error-pages.ts";
import type { ErrorPages } from "#core/routes/route-filters.ts";
import type { Backend, Route } from "#core/routes/route-table.ts";
import type { Asked } from "./asked.ts";
import type { Delivered } from "./delivery.ts";
import { fieldOf } from "./hop-fields.ts";
import type { Peer } from "./peer.ts";
import type { World } from "./world.ts";

/** An answer that may be replaced by a page. */
interface Failed {
  readonly status: number;
  readonly pages: ErrorPages;
  readonly asked: Asked;
  readonly route: Route;
  readonly backend: Backend;
}

/** What is asked of whom for the page; undefined where the client gets the answer itself. */
export function pageDelivered(
  { status, pages, asked, route, backend }: Failed,
  peer: Peer,
  world: World,
): Delivered | undefined {
  const page = pageFor(pages, {
    status,
    target: asked.sentTarget,
    accept: asked.header("accept"),
    requestId: asked.requestId,
    ingress: route.origin.name,
    backend,
  });
  const pool = page && world.poolOf(page.backend);
  if (page === undefined || pool === undefined) return undefined;
  return {
    pool,
    peer,
    key: "",
    preferred: undefined,
    request: {
      method: "GET",
      target: "/",
      fields: page.headers.map(fieldOf),
      host: asked.authority,
      body: { kind: "none" },
      upgrade: undefined,
      expectsContinue: false,
    },
  };
}
