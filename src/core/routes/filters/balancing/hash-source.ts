import { unreachable } from "../../../unreachable.ts";
import { cookieValue, queryValue } from "../../request-match.ts";
import type { HashSource } from "../../route-table.ts";
import type { FilterRequest } from "../filter-request.ts";

/** The value of a request by which its endpoint is chosen; a header, cookie or parameter that isn't there is the empty text. */
export function hashValue(of: HashSource, request: FilterRequest): string {
  switch (of.kind) {
    case "clientAddress":
      return request.client.text;
    case "uri":
      return request.query === "" ? request.path : `${request.path}?${request.query}`;
    case "path":
      return request.path;
    case "host":
      return request.host;
    case "header":
      return request.header(of.name.toLowerCase()) ?? "";
    case "cookie":
      return cookieValue(request.header("cookie"), of.name) ?? "";
    case "query":
      return queryValue(request.query, of.name) ?? "";
    default:
      return unreachable(of);
  }
}
