import { unreachable } from "../../unreachable.ts";
import { cookieValue, queryValue } from "../request-match.ts";
import type { RequestPart, RequestText } from "../route-filters.ts";
import type { FilterRequest } from "./filter-request.ts";

/** The text as it is for this request. */
export const filled = (text: RequestText, request: FilterRequest): string =>
  text.map((part) => filledPart(part, request)).join("");

function filledPart(part: RequestPart, request: FilterRequest): string {
  switch (part.kind) {
    case "text":
      return part.value;
    case "clientAddress":
      return request.client.text;
    case "uri":
      return request.sentTarget;
    case "escapedUri":
      return encodeURIComponent(request.sentTarget);
    case "header":
      return request.header(part.name) ?? "";
    case "cookie":
      return cookieValue(request.header("cookie"), part.name) ?? "";
    case "queryParameter":
      return queryValue(request.query, part.name) ?? "";
    case "scheme":
    case "host":
    case "authority":
    case "path":
    case "query":
    case "method":
      return request[part.kind];
    default:
      return unreachable(part);
  }
}
