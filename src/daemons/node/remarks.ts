import { type Pod, pods } from "#api/core/pod.ts";
import { type EventRecorder, type Remark, referenceTo } from "#client/events.ts";

/** What is told of a pod, or of one of its containers, in events. */
export interface PodRemark extends Remark {
  readonly type: "Normal" | "Warning";
  /** The whole pod where absent. */
  readonly container?: string;
}

/** Tells something of a pod in an event. */
export type Tell = (pod: Pod, remark: PodRemark) => void;

export const tellWith =
  (recorder: EventRecorder): Tell =>
  (pod, { type, container, reason, message }) =>
    recorder.record(referenceTo(pods, pod, container && fieldOf(pod, container)), type, { reason, message });

function fieldOf({ spec }: Pod, container: string): string {
  const isInit = spec.initContainers?.some(({ name }) => name === container) ?? false;
  return `spec.${isInit ? "initContainers" : "containers"}{${container}}`;
}
