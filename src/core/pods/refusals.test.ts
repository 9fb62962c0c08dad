import assert from "node:assert/strict";
import { test } from "node:test";
import type { Refusal } from "./observed.ts";
import { refused } from "./refusals.ts";

const now = 1_000_000;
const noImage: Refusal = { reason: "ErrImagePull", message: 'Failed to pull image "web:1": no program is known' };
const waiting: Refusal = { ...noImage, reason: "ImagePullBackOff" };
const noConfig: Refusal = { reason: "CreateContainerConfigError", message: 'configmap "c" not found' };
const badName: Refusal = { reason: "InvalidImageName", message: 'couldn\'t parse image name "WEB"' };

const rows: readonly (readonly [
  what: string,
  refusal: Refusal,
  before: Refusal | undefined,
  becomes: string,
  told: readonly string[],
])[] = [
  [
    "an image that isn't there",
    noImage,
    undefined,
    "ErrImagePull +1s",
    ['Warning Failed Failed to pull image "web:1": no program is known', "Warning Failed Error: ErrImagePull"],
  ],
  [
    "an image that still isn't there",
    noImage,
    noImage,
    "ImagePullBackOff +20s",
    ['Normal BackOff Back-off pulling image "web:1"', "Warning Failed Error: ImagePullBackOff"],
  ],
  [
    "an image that isn't there for long",
    noImage,
    waiting,
    "ImagePullBackOff +20s",
    ['Normal BackOff Back-off pulling image "web:1"', "Warning Failed Error: ImagePullBackOff"],
  ],
  [
    "an image that isn't there once the configuration is",
    noImage,
    noConfig,
    "ErrImagePull +20s",
    ['Warning Failed Failed to pull image "web:1": no program is known', "Warning Failed Error: ErrImagePull"],
  ],
  [
    "a name that is none",
    badName,
    undefined,
    "InvalidImageName +1s",
    ['Warning InspectFailed couldn\'t parse image name "WEB"', "Warning Failed Error: InvalidImageName"],
  ],
  [
    "a ConfigMap that isn't there",
    noConfig,
    noConfig,
    "CreateContainerConfigError +20s",
    ['Warning Failed Error: configmap "c" not found'],
  ],
];
for (const [what, refusal, before, becomes, told] of rows)
  test(`a container waits for ${what}`, () => {
    const { held, remarks } = refused(refusal, { image: "web:1", before, now });
    assert.equal(`${held.reason} +${(held.againAt - now) / 1000}s`, becomes);
    assert.deepEqual(
      remarks.map(({ type, reason, message }) => `${type} ${reason} ${message}`),
      told,
    );
  });
