import type { Held, Refusal } from "./observed.ts";

/** How soon a refused container is tried again where nothing that it waits for changes: the first time, and later. */
const againMs = { first: 1000, later: 20_000 };

export interface Remark {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** How a refusal goes on: what the container waits for until when, and what is told of it. */
export interface Refused {
  readonly held: Held;
  readonly remarks: readonly Remark[];
}

interface Moment {
  /** The image that the container asks for. */
  readonly image: string;
  /** What it waited for until now. */
  readonly before: Refusal | undefined;
  readonly now: number;
}

/** Source: the kubelet's EnsureImageExists, and what startContainer tells of its errors. */
export function refused(refusal: Refusal, { image, before, now }: Moment): Refused {
  const held = (reason: Refusal["reason"]): Held => ({
    reason,
    message: refusal.message,
    againAt: now + (before === undefined ? againMs.first : againMs.later),
  });
  const failed = (message: string): Remark => ({ type: "Warning", reason: "Failed", message: `Error: ${message}` });
  switch (refusal.reason) {
    case "ErrImagePull":
    case "ImagePullBackOff": {
      const isKnown = before?.reason === "ErrImagePull" || before?.reason === "ImagePullBackOff";
      const reason = isKnown ? "ImagePullBackOff" : "ErrImagePull";
      const first: Remark = isKnown
        ? { type: "Normal", reason: "BackOff", message: `Back-off pulling image ${JSON.stringify(image)}` }
        : { type: "Warning", reason: "Failed", message: refusal.message };
      return { held: held(reason), remarks: [first, failed(reason)] };
    }
    case "InvalidImageName": {
      const first: Remark = { type: "Warning", reason: "InspectFailed", message: refusal.message };
      return { held: held(refusal.reason), remarks: [first, failed(refusal.reason)] };
    }
    case "CreateContainerConfigError":
    case "CreateContainerError":
      return { held: held(refusal.reason), remarks: [failed(refusal.message)] };
  }
}
