import { PartialObjectMetadata } from "#api/meta/partial-object-metadata.ts";
import { apiVersionOf } from "#machinery/kind.ts";
import { encodeProtobuf } from "#machinery/protobuf.ts";
import { parseStored } from "../object.ts";
import { valueBytes } from "./encode.ts";
import type { Form } from "./form.ts";
import { jsonParts } from "./json-form.ts";
import type { ObjectFormat } from "./negotiate.ts";
import { protobufParts } from "./protobuf-form.ts";
import { yamlParts } from "./yaml-form.ts";

/** Nothing of an object but its metadata. */
export function metadataForm({ version, encoding }: Extract<ObjectFormat, { readonly kind: "metadata" }>): Form {
  const named = { group: "meta.k8s.io", version, kind: "PartialObjectMetadata", type: PartialObjectMetadata };
  const apiVersion = apiVersionOf(named);
  const shown = (metadata: object): Uint8Array => valueBytes(named, { metadata }, encoding);
  const object = (bytes: Uint8Array): Uint8Array => shown(parseStored(bytes).metadata);
  return {
    object,
    list(all, { metadata }) {
      const head = { kind: `${named.kind}List`, apiVersion, metadata };
      switch (encoding) {
        case "json":
          return jsonParts([head, "items"], all, object);
        case "yaml":
          return yamlParts([head, "items"], all, (bytes) => ({
            apiVersion,
            kind: named.kind,
            metadata: parseStored(bytes).metadata,
          }));
        case "protobuf":
          return protobufParts(head, all, (bytes) => encodeProtobuf(PartialObjectMetadata, parseStored(bytes)));
      }
    },
    bookmark: shown,
  };
}
