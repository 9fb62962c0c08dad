import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as references from "./references.ts";

export const referenceDocs: readonly Documented[] = [
  documented(references.LocalObjectReference, {
    "": "An object of the same namespace, whose kind is known from where this stands.",
    name: "What the object is called; nothing is meant where it is empty.",
  }),
  documented(references.ObjectReference, {
    "": "An object, or a part of one. Which of the fields count depends on where this stands.",
    kind: "What it is, as in Pod.",
    namespace: "Where it is; left out for what belongs to the whole cluster.",
    name: "What it is called where it is; any of the kind where left out.",
    uid: "Which of all that had this name is meant; any where left out.",
    apiVersion: "The API group and version in which it is meant, as in apps/v1.",
    resourceVersion: "The very state of it that is meant; whatever it is now where left out.",
    fieldPath: "The part of it that is meant, as in spec.containers{web}; the whole where left out.",
  }),
  documented(references.TypedLocalObjectReference, {
    "": "An object of the same namespace and of whatever kind.",
    apiGroup: "The API group of its kind; the core group where left out.",
    kind: "What it is, as in VolumeSnapshot.",
    name: "What it is called in this namespace.",
  }),
  documented(references.TypedObjectReference, {
    "": "An object of whatever kind, perhaps of another namespace.",
    apiGroup: "The API group of its kind; the core group where left out.",
    kind: "What it is, as in VolumeSnapshot or PersistentVolumeClaim.",
    name: "What it is called where it is.",
    namespace: "Where it is, if not here. Its namespace must allow that by a ReferenceGrant.",
  }),
  documented(references.NodeSelector, {
    "": "Chooses nodes: one that fits any of the terms will do.",
    nodeSelectorTerms: "The terms, of which one must fit. None at all fits no node.",
  }),
  documented(references.NodeSelectorTerm, {
    "": "Conditions on a node that must all hold. A term without any fits no node.",
    matchExpressions: "Conditions on the node's labels.",
    matchFields: "Conditions on the node's fields; metadata.name is the only one.",
  }),
  documented(references.NodeSelectorRequirement, {
    "": "One condition on a label or a field of a node.",
    key: "The label, as in topology.kubernetes.io/zone, or the field.",
    operator:
      "In and NotIn compare with values; Exists and DoesNotExist ask only whether it is there; Gt and Lt compare whole numbers.",
    values: "For In and NotIn the values in question; for Gt and Lt one whole number; empty for the others.",
  }),
];
