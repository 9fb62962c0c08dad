import { readObject } from "../decode.ts";
import { isJsonObject, type JsonObject, withoutUndefined } from "../json.ts";
import { type AnyKind, apiVersionOf } from "../kind.ts";
import type { AnyType } from "../schema.ts";

/** An object as one version of its kind shows it: whoever wrote in that version owns fields of that form. */
export interface View {
  readonly apiVersion: string;
  readonly type: AnyType;
  readonly fromHub: (object: JsonObject) => JsonObject;
  /** The document must be one that the type can hold. */
  readonly toHub: (document: JsonObject) => JsonObject;
}

/** Undefined: the kind is not served so, or no longer. */
export function viewOf(kind: AnyKind, apiVersion: string): View | undefined {
  if (apiVersion === apiVersionOf(kind)) return { apiVersion, type: kind.type, fromHub: asIs, toHub: asIs };
  const version = kind.otherVersions?.find((one) => apiVersionOf(one) === apiVersion);
  if (version === undefined) return undefined;
  const { type } = version;
  return {
    apiVersion,
    type,
    fromHub: (object) => documentOf(version.fromHub(object)),
    toHub(document) {
      const read = readObject({ type }, document);
      return documentOf(version.toHub(version.derive(read.kind === "read" ? read.object : {})));
    },
  };
}

const asIs = (document: JsonObject): JsonObject => document;
function documentOf(converted: unknown): JsonObject {
  const said = withoutUndefined(converted);
  return isJsonObject(said) ? said : {};
}
