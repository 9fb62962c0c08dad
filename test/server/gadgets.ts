import { builtIn, reviews } from "#api/kinds.ts";
import { ObjectMeta } from "#api/meta/object-meta.ts";
import { catalogueOf } from "#machinery/catalogue.ts";
import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { requiredField } from "#machinery/field-problem.ts";
import { type AnyKind, defineKind, defineVersion, statusSubresource, unchanged } from "#machinery/kind.ts";
import { defaulted, int32, listMap, object, optional, required, type Stored, string } from "#machinery/schema.ts";

// A kind that no server has, in a version that is as good as the one that is stored, and in an old group.

class Part extends object("io.example.gadgets.v2.Part", {
  name: required(1, string),
  colour: optional(2, string),
}) {}
class GadgetSpec extends object("io.example.gadgets.v2.GadgetSpec", {
  size: defaulted(1, int32(), 1),
  parts: optional(2, listMap(Part, ["name"])),
}) {}
class GadgetStatus extends object("io.example.gadgets.v2.GadgetStatus", { ready: optional(1, int32()) }) {}
class Gadget extends object("io.example.gadgets.v2.Gadget", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, GadgetSpec, {}),
  status: defaulted(3, GadgetStatus, {}),
}) {}

class GadgetV1 extends object("io.example.gadgets.v1.Gadget", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, GadgetSpec, {}),
  status: defaulted(3, GadgetStatus, {}),
}) {}

class OldSpec extends object("io.example.old.v1beta1.GadgetSpec", {
  amount: defaulted(1, int32(), 3),
  components: optional(2, listMap(Part, ["name"])),
  note: optional(3, string),
}) {}
class OldGadget extends object("io.example.old.v1beta1.Gadget", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, OldSpec, {}),
  status: defaulted(3, GadgetStatus, {}),
}) {}

const noteAnnotation = "old.example.com/note";

const old = defineVersion<typeof OldGadget, Stored<typeof Gadget>>({
  group: "old.example.com",
  version: "v1beta1",
  type: OldGadget,
  derive: ({ spec, ...rest }) => ({ ...rest, spec: { ...spec, note: spec.note ?? `of ${spec.amount}` } }),
  toHub: ({ metadata, spec: { amount, components, note }, status }) => ({
    metadata: { ...metadata, annotations: { ...metadata.annotations, [noteAnnotation]: note } },
    spec: { size: amount, parts: components },
    status,
  }),
  fromHub({ metadata, spec: { size, parts }, status }) {
    const { [noteAnnotation]: note, ...annotations } = metadata.annotations ?? {};
    return { metadata: { ...metadata, annotations }, spec: { amount: size, components: parts, note }, status };
  },
  deprecation: { deprecatedIn: "v1.14", removedIn: "v1.22", use: "gadgets.example.com/v2" },
});

const first = defineVersion<typeof GadgetV1, Stored<typeof Gadget>>({
  group: "gadgets.example.com",
  version: "v1",
  type: GadgetV1,
  derive: unchanged,
  toHub: unchanged,
  fromHub: unchanged,
});

export const gadgets: AnyKind = defineKind<typeof Gadget>({
  group: "gadgets.example.com",
  version: "v2",
  kind: "Gadget",
  plural: "gadgets",
  singular: "gadget",
  shortNames: ["gg"],
  categories: ["all"],
  scope: "Namespaced",
  type: Gadget,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    { name: "Size", type: "integer", cell: ({ spec }) => spec.size, doc: "How large it is." },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: () => ({}),
  countsGenerations: true,
  rules: [
    function* ({ spec }) {
      if (spec.size === 13) yield requiredField("spec.size", "thirteen is no size");
    },
  ],
  updateRules: [],
  otherVersions: [old, first],
});

/** All that is built in, and gadgets. */
export const catalogue = catalogueOf([...builtIn.kinds, gadgets], reviews);
