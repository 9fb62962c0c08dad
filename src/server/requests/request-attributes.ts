import type { Attributes } from "#core/access/attributes.ts";
import type { ServerRequest } from "../exchange.ts";
import { isTrue } from "./query.ts";
import { nameChosen, type Target } from "./understand.ts";

/** What a request wants to do, whether or not there is such a thing. Source: RequestInfoFactory in k8s.io/apiserver. */
export function attributesOf({ method }: ServerRequest, { path, query }: Target): Attributes {
  if (path.kind === "document") return { kind: "document", verb: method.toLowerCase(), path: path.path };
  const { group, resource, subresource, namespace, name, isOldWatch } = path;
  const isWatch = isOldWatch || (name === "" && isTrue(query, "watch"));
  const verb = verbOf(method, { isWatch, isOne: name !== "" });
  return { kind: "resource", verb, group, resource, subresource, namespace, name: name || nameChosen(query) };
}

function verbOf(method: string, { isWatch, isOne }: { readonly isWatch: boolean; readonly isOne: boolean }): string {
  switch (method) {
    case "GET":
    case "HEAD":
      if (isWatch) return "watch";
      return isOne ? "get" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return isOne ? "delete" : "deletecollection";
    default:
      return method.toLowerCase();
  }
}
