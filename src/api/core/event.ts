import { defineKind, unchanged } from "#machinery/kind.ts";
import { eventColumns } from "./event/columns.ts";
import { Event } from "./event/event.ts";
import { eventsV1 } from "./event/events-v1.ts";
import { placeProblems } from "./event/rules.ts";

export { Event } from "./event/event.ts";

export const events = defineKind<typeof Event>({
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  singular: "event",
  shortNames: ["ev"],
  categories: [],
  scope: "Namespaced",
  type: Event,
  subresources: [],
  columns: eventColumns,
  selectableFields: {
    "involvedObject.kind": ({ involvedObject }) => involvedObject.kind ?? "",
    "involvedObject.namespace": ({ involvedObject }) => involvedObject.namespace ?? "",
    "involvedObject.name": ({ involvedObject }) => involvedObject.name ?? "",
    "involvedObject.uid": ({ involvedObject }) => involvedObject.uid ?? "",
    "involvedObject.apiVersion": ({ involvedObject }) => involvedObject.apiVersion ?? "",
    "involvedObject.resourceVersion": ({ involvedObject }) => involvedObject.resourceVersion ?? "",
    "involvedObject.fieldPath": ({ involvedObject }) => involvedObject.fieldPath ?? "",
    reason: ({ reason }) => reason ?? "",
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? "",
    source: ({ source, reportingComponent }) => source.component ?? reportingComponent ?? "",
    type: ({ type }) => type ?? "",
  },
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  rules: [placeProblems],
  updateRules: [],
  otherVersions: [eventsV1],
});
