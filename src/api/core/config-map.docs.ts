import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { ConfigMap } from "./config-map.ts";
import { Secret } from "./secret.ts";

export const entryDocs: readonly Documented[] = [
  documented(ConfigMap, {
    "": "Settings for pods of its namespace, which get them as files or variables. At most 1 MiB in all.",
    metadata: "The name by which volumes and variables of pods ask for it.",
    data: "Entries of text. Their names are made of letters, digits, hyphens, underscores and dots.",
    binaryData: "Entries of bytes, in base64. No name may be in data as well.",
    immutable:
      "True: its entries can never be changed again, nor can this; nodes then needn't watch it. False where left out.",
  }),
  documented(Secret, {
    "": "Keys, passwords and certificates for pods of its namespace, or for the cluster itself. At most 1 MiB in all.",
    metadata: "The name by which pods, ServiceAccounts and Ingresses ask for it.",
    data: "Its entries, in base64, which hides nothing: who may read the Secret may read them.",
    stringData:
      "Entries of plain text, for writing only: each goes into data in base64, in place of one of the same name.",
    type: "What it is for, and so which entries it must have, as in kubernetes.io/tls. Opaque, also where left out, has no rule. It stays as it is.",
    immutable: "True: its entries can never be changed again, nor can this. False where left out.",
  }),
];
