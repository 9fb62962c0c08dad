import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { tokenKeysOf } from "./token-keys.ts";

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "ptl-keys-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
const publicHalf = (key: string): string => createPublicKey(key).export({ type: "spki", format: "pem" }).toString();

test("a cluster without a key gets one, and keeps it", () =>
  inFolder(async (folder) => {
    const made = await tokenKeysOf(folder);
    assert.deepEqual(made.publicKeys, [publicHalf(made.signingKey)]);
    assert.equal(createPublicKey(made.signingKey).asymmetricKeyDetails?.namedCurve, "prime256v1");
    assert.deepEqual(await tokenKeysOf(folder), made);
  }));

test("another key signs once it is put there, and what the earlier one has signed is taken until that is deleted", () =>
  inFolder(async (folder) => {
    const first = await tokenKeysOf(folder);
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const own = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
    await writeFile(join(folder, "sa.key"), own);
    const second = await tokenKeysOf(folder);
    assert.deepEqual(second, { signingKey: own, publicKeys: [publicHalf(own), ...first.publicKeys] });
    await rm(join(folder, "sa.key"));
    const third = await tokenKeysOf(folder);
    assert.deepEqual(third.publicKeys.slice(1), second.publicKeys);
    await writeFile(join(folder, "sa.pub"), third.publicKeys[0] ?? "");
    assert.deepEqual((await tokenKeysOf(folder)).publicKeys, third.publicKeys.slice(0, 1));
  }));

const { privateKey } = generateKeyPairSync("ed25519");
for (const [what, text] of [
  ["no key", "hello"],
  ["nothing", ""],
  ["a key that tokens are not signed with", privateKey.export({ type: "pkcs8", format: "pem" }).toString()],
  [
    "a short key of RSA",
    generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  ],
  [
    "a public key alone",
    publicHalf(
      generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "sec1", format: "pem" }).toString(),
    ),
  ],
] as const)
  test(`a file of ${what} is refused by its name, and left as it is`, () =>
    inFolder(async (folder) => {
      const file = join(folder, "sa.key");
      await writeFile(file, text);
      await assert.rejects(tokenKeysOf(folder), { code: "TokenKeyUnusable", where: file });
      assert.equal(await readFile(file, "utf8"), text);
    }));
