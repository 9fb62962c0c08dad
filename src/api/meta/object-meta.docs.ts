import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { LabelSelector, LabelSelectorRequirement } from "./label-selector.ts";
import { ManagedFieldsEntry, ObjectMeta, OwnerReference } from "./object-meta.ts";

export const metaDocs: readonly Documented[] = [
  documented(ObjectMeta, {
    "": "What every object has: how it is called, what it is labelled with, and what the server keeps track of.",
    name: "Unique among the objects of its kind in its namespace. It can't be changed.",
    generateName:
      "Where name is left out, the server appends five random characters to this and takes the result as the name.",
    namespace: "The namespace that the object lives in. It can't be changed; objects of the whole cluster have none.",
    selfLink: "Once the path of the object in the API; the server no longer fills it in.",
    uid: "Given by the server; tells this object from earlier and later ones of the same name.",
    resourceVersion: "Changes with every write. A write that names an older one is refused as a conflict.",
    generation: "Counts the changes of what is wanted, not those of the status.",
    creationTimestamp: "When the server stored the object first.",
    deletionTimestamp:
      "When the object shall be gone. Set by a deletion that has to wait, for finalizers or for a pod's grace period.",
    deletionGracePeriodSeconds: "How long, in seconds, the object may take to end after its deletion.",
    labels: "Words by which selectors find the object: Services find their pods by them.",
    annotations: "Notes for people and programs, 256 KiB in all. Nothing is found by them.",
    ownerReferences: "Objects that this one depends on: when all of them are gone, it is deleted too.",
    finalizers: "Who must still clean up before the object goes. Each removes its own word.",
    managedFields: "Who set which field, as server-side apply keeps it.",
  }),
  documented(OwnerReference, {
    "": "An object that another one depends on, in the same namespace or of the whole cluster.",
    apiVersion: "The owner's API group and version.",
    kind: "What the owner is, as in ReplicaSet.",
    name: "What the owner is called, in the namespace of this object or of the whole cluster.",
    uid: "The owner's uid: an object of the same name that came later is not the owner.",
    controller: "Whether the owner is the one that manages this object. At most one is.",
    blockOwnerDeletion: "Whether a foreground deletion of the owner waits for this object.",
  }),
  documented(ManagedFieldsEntry, {
    "": "The fields that one writer set in one way, and when it last did.",
    manager: "Who set them: what it calls itself by fieldManager, or else the beginning of its User-Agent.",
    operation: "Apply for server-side apply; Update for every other write. The same writer has an entry for each.",
    apiVersion: "The version in whose field names the set is written.",
    time: "When this writer last added a field, changed its value, or let one go.",
    fieldsType: "How the set is written. FieldsV1 is the only way there is.",
    fieldsV1:
      "The fields: a tree of their names, where f: is a field, k: an entry of a list by its keys, v: one by its value.",
    subresource: "Where it wrote, as in status or scale; the object itself where left out.",
  }),
  documented(LabelSelector, {
    "": "Chooses objects by their labels: all of the conditions must hold. An empty one chooses everything.",
    matchLabels: "Labels that must be there with exactly these values.",
    matchExpressions: "Conditions on labels that are more than one exact value; all must hold.",
  }),
  documented(LabelSelectorRequirement, {
    "": "One condition on one label.",
    key: "The label that it is about, as in app.kubernetes.io/name.",
    operator: "In and NotIn compare with values; Exists and DoesNotExist ask only for the label.",
    values: "For In and NotIn: the values in question. Empty for the others.",
  }),
];
