import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type Hash, type Hashes, utf8 } from "./hashes.ts";
import { verified } from "./verify.ts";

const hashBy =
  (name: string): Hash =>
  (bytes) =>
    createHash(name).update(bytes).digest();
const hashes: Hashes = {
  md5: hashBy("md5"),
  sha1: hashBy("sha1"),
  sha256: hashBy("sha256"),
  sha512: hashBy("sha512"),
};

/** Made by crypt(3) of libxcrypt 4.4 and by `openssl passwd -apr1`. */
const cases: readonly { readonly password: string; readonly hash: string }[] = [
  { password: "s3cret", hash: "{SHA}/vNB+F2HQ559kaLUZbmHHvZrXpg=" },
  { password: "s3cret", hash: "$apr1$abcdefgh$M2T3erDstkD7SsE2QQnfH0" },
  { password: "", hash: "$apr1$abcdefgh$L.PT565ESX4Tp2bqNs7Ie." },
  { password: "a longer password than sixteen bytes", hash: "$apr1$abcdefgh$5/4EDNVcnSspCAS2/9p2l1" },
  { password: "s3cret", hash: "$1$saltsalt$RwMqRjSWhXMKbW72DwzGd1" },
  { password: "", hash: "$1$a$8CfZSfErbeskipdhZHtvu." },
  { password: "a longer password than sixteen bytes", hash: "$1$saltsalt$H5tGA1bwjWH57Z1GTUFCr0" },
  { password: "s3cret", hash: "$5$saltstring$9QqUIsp6bPD8uX5rHa8zB21q7JTr9i41vD3jA8fwv68" },
  { password: "", hash: "$5$s$u9jS/E6rlpZoj8KCMVhpLKJh2MrO5hc9UBdfKCcvVU7" },
  {
    password: "a longer password than thirty-two bytes are",
    hash: "$5$rounds=1234$0123456789abcdef$iXuE3711RHi3s7G7qgXEE3Q6mOpBy2U1OLC0HIgb5c1",
  },
  {
    password: "grüße",
    hash: "$6$saltstring$/00oYO1sXp3K1RkgPhTOwQMmRg8/2/Fc6mrFUY1hfrsXPuuCRkyF0YzTwPibEgPbhnVAzzSF9kj1Fov963FAV.",
  },
  {
    password: "x".repeat(100),
    hash: "$6$rounds=1000$saltsaltsaltsalt$qpouFFWZoPSrc2lbBLTqMCu0WlhQLYD69RMuSZO1tfZYcGF7GTkw5M/etvZLcqpSAYwJIMdo3fZf/CsbFbeki.",
  },
  {
    password: "",
    hash: "$6$$/chiBau24cE26QQVW3IfIe68Xu5.JQ4E8Ie7lcRLwqxO5cxGuBhqF2HmTL.zWJ9zjChg3yJYFXeGBQ2y3Ba1d1",
  },
  { password: "s3cret", hash: "$2b$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG" },
  { password: "", hash: "$2b$04$......................w74bL5gU7LSJClZClCa.Pkz14aTv/XO" },
  { password: "grüße", hash: "$2a$05$abcdefghijklmnopqrstuuw1XXhQ5C8Zcm6QLvdJ77.2rdR17LM02" },
  { password: "x".repeat(80), hash: "$2y$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i" },
];

for (const { password, hash } of cases) {
  const of = { hash, instead: undefined };
  test(`verified: ${JSON.stringify(password.slice(0, 12))} and ${hash.slice(0, 14)}`, () => {
    assert.equal(verified(utf8(password), of, hashes), true);
    assert.equal(verified(utf8(`${password.slice(0, 60)}!`), of, hashes), false);
    assert.equal(verified(utf8(`!${password}`), of, hashes), false);
  });
}

test("verified: of a name that nobody has no password is right, and it takes the work of one that is", () => {
  let worked = 0;
  const counting: Hashes = {
    ...hashes,
    sha1: (bytes) => {
      worked++;
      return hashes.sha1(bytes);
    },
  };
  const instead = "{SHA}/vNB+F2HQ559kaLUZbmHHvZrXpg=";
  assert.equal(verified(utf8("s3cret"), { hash: undefined, instead }, counting), false);
  assert.equal(worked, 1);
});

test("verified: a hash that can't be read lets nobody in", () =>
  assert.equal(verified(utf8("plain"), { hash: "plain", instead: undefined }, hashes), false));

test("verified: a password as long as a book is refused without work", () =>
  assert.equal(verified(new Uint8Array(2000), { hash: cases[0]?.hash, instead: undefined }, hashes), false));
