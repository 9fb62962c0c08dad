import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, intOrString, object, oneOf, optional, required, string, time } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { keptShareProblems, shareProblems } from "./share/rules.ts";

export class ShareSpec extends object("io.portolan.v1.ShareSpec", {
  service: required(1, string),
  port: optional(2, intOrString, { zero: "counts" }),
  scheme: defaulted(3, oneOf("http", "https"), "http"),
  tokenHash: required(4, string),
  expires: required(5, time),
  url: optional(6, string),
}) {}

export class Share extends object("io.portolan.v1.Share", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, ShareSpec),
}) {}

/** A link that opens one Service to whoever has it, until it expires or is deleted. A kind of Portolan's own. */
export const shares = defineKind<typeof Share>({
  group: "portolan.io",
  version: "v1",
  kind: "Share",
  plural: "shares",
  singular: "share",
  shortNames: [],
  categories: [],
  scope: "Namespaced",
  type: Share,
  subresources: [],
  columns: [
    nameColumn,
    {
      name: "Service",
      type: "string",
      cell: ({ spec: { service, port } }) => (port === undefined ? service : `${service}:${port}`),
      doc: "What it opens.",
    },
    { name: "Expires", type: "string", cell: ({ spec }) => spec.expires, doc: "When it ends by itself." },
    ageColumn,
    {
      name: "URL",
      type: "string",
      wide: true,
      cell: ({ spec }) => spec.url ?? "<none>",
      doc: "Where it is served, without what lets anybody in.",
    },
  ],
  selectableFields: {},
  nameRule: "dns-label",
  derive: unchanged,
  initialStatus: undefined,
  rules: [shareProblems],
  updateRules: [keptShareProblems],
});
