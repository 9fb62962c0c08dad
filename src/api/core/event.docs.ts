import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { Event, EventSeries, EventSource } from "./event/event.ts";

export const eventDocs: readonly Documented[] = [
  documented(Event, {
    "": "Tells what happened to an object, and who says so. It is for people, and is kept for an hour.",
    metadata: "It stands in the namespace of what it is about; default for what belongs to the whole cluster.",
    involvedObject: "What it is about. Its namespace is that of the event.",
    reason: "Why it happened, in one word, as in FailedScheduling.",
    message: "What happened, in a sentence for people.",
    source: "Who says so, as older clients tell it; newer ones fill in reportingComponent.",
    firstTimestamp: "When it happened first, where count tells how often.",
    lastTimestamp: "When it happened last, where count tells how often.",
    count: "How often the same has happened; kubectl shows it as in x5.",
    type: "Normal: for the record. Warning: something may have to be done.",
    eventTime: "When it happened first, with microseconds, as newer clients tell it.",
    series: "How it went on, where it happens again and again; newer clients count by it.",
    action: "What was done, or failed, in one word, as in Binding.",
    related: "Another object that has to do with it, as the pod whose node is spoken of.",
    reportingComponent: "Who says so, as in kubernetes.io/kubelet.",
    reportingInstance: "Which of several of these, as in the name of its node.",
  }),
  documented(EventSource, {
    "": "Who tells of an event.",
    component: "The program, as in kubelet or deployment-controller.",
    host: "The node that the program runs on.",
  }),
  documented(EventSeries, {
    "": "How an event goes on that happens again and again.",
    count: "How often it has happened up to lastObservedTime.",
    lastObservedTime: "When it happened last, with microseconds.",
  }),
];
