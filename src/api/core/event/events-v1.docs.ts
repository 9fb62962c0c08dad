import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { EventsV1Event, EventsV1EventSeries } from "./events-v1.ts";

export const eventsV1Docs: readonly Documented[] = [
  documented(EventsV1Event, {
    "": "Tells what happened to an object, and who says so. It is kept for an hour; the same objects are v1 Events.",
    metadata: "It stands in the namespace of what it is about.",
    eventTime: "When it happened first, with microseconds.",
    series: "How it went on, where it happened again and again.",
    reportingController: "Who says so, as in kubernetes.io/kubelet.",
    reportingInstance: "Which of several of these, as in kubelet-node-1.",
    action: "What was done, or has failed, in one word.",
    reason: "Why it happened, in one word, as in FailedScheduling.",
    regarding: "What it is about, which is in the same namespace.",
    related: "Another object that has to do with it.",
    note: "What happened, for people; at most 1 KiB.",
    type: "Normal: for the record. Warning: something may have to be done.",
    deprecatedSource: "Who says so, where an older client told it.",
    deprecatedFirstTimestamp: "When it happened first, where an older client told it.",
    deprecatedLastTimestamp: "When it happened last, where an older client told it.",
    deprecatedCount: "How often it happened, where an older client told it.",
  }),
  documented(EventsV1EventSeries, {
    "": "How an event went on that happened again and again.",
    count: "How often it happened so far.",
    lastObservedTime: "When it happened last.",
  }),
];
