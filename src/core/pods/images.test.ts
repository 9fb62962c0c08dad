import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf } from "#machinery/field-problem.ts";
import { type Image, imageNamed, parseCatalogue } from "./images.ts";
import type { Refusal } from "./observed.ts";

const own = parseCatalogue({
  images: {
    nginx: { args: ["/opt/nginx", "-g", "daemon off;"] },
    "team/app": { command: ["app"], args: ["--port", 80], env: { MODE: "x" }, user: "nobody" },
    app: { command: ["other"] },
    mysql: { use: "portolan/echo", args: ["--tcp", "3306"] },
    "app-debug": { use: "team/app", env: { DEBUG: true } },
    wrapped: { use: "team/app", command: ["wrapper", "app"] },
    httpd: { use: "httpd", env: { LEVEL: "warn" } },
    loop: { use: "pool" },
    pool: { use: "loop" },
    lost: { use: "nothing" },
    empty: {},
  },
}).catalogue;
const machine = new Set(["/opt/nginx", "app", "other", "wrapper", "sh", "apachectl", "redis-server"]);
const named = (image: string, installed = machine): Image | Refusal =>
  imageNamed(image, own, (program) => installed.has(program));

const found: readonly { readonly image: string; readonly is: Partial<Image> }[] = [
  { image: "nginx", is: { command: [], args: ["/opt/nginx", "-g", "daemon off;"], program: undefined } },
  { image: "docker.io/library/nginx:1.25", is: { args: ["/opt/nginx", "-g", "daemon off;"] } },
  { image: "localhost:5000/nginx:latest", is: { args: ["/opt/nginx", "-g", "daemon off;"] } },
  { image: `nginx@sha256:${"a".repeat(64)}`, is: { args: ["/opt/nginx", "-g", "daemon off;"] } },
  {
    image: "registry.example.com/team/app:2",
    is: { command: ["app"], args: ["--port", "80"], env: { MODE: "x" }, user: "nobody" },
  },
  { image: "another/app", is: { command: ["other"], args: [], user: undefined } },
  {
    image: "app-debug",
    is: { command: ["app"], args: ["--port", "80"], env: { MODE: "x", DEBUG: "true" }, user: "nobody" },
  },
  { image: "wrapped", is: { command: ["wrapper", "app"], args: [], user: "nobody" } },
  { image: "mysql:8.0", is: { command: [], args: ["--tcp", "3306"], program: "portolan/echo" } },
  { image: "portolan/echo", is: { command: [], args: [], program: "portolan/echo" } },
  { image: "portolan/ingress:1", is: { command: [], args: [], program: "portolan/ingress" } },
  { image: "luksa/kubia:v2", is: { program: "portolan/echo" } },
  { image: "registry.k8s.io/echoserver:1.10", is: { program: "portolan/echo" } },
  { image: "busybox:1.36", is: { command: [], args: ["sh"] } },
  { image: "nicolaka/netshoot", is: { args: ["sh"] } },
  { image: "redis", is: { args: ["redis-server", "--protected-mode", "no"] } },
  { image: "httpd:2.4", is: { args: ["apachectl", "-DFOREGROUND"], env: { LEVEL: "warn" } } },
  { image: "empty", is: { command: [], args: [], program: undefined } },
];

for (const { image, is } of found) {
  test(`imageNamed: ${image}`, () => {
    const meaning = named(image);
    assert.ok(!("reason" in meaning), JSON.stringify(meaning));
    assert.deepEqual({ ...meaning, ...is }, meaning);
  });
}

const refused: readonly { readonly image: string; readonly reason: string; readonly message: RegExp }[] = [
  {
    image: "postgres:16",
    reason: "ErrImagePull",
    message: /^Failed to pull image "postgres:16": no program is known for it; .*images: { postgres: .*--images FILE$/,
  },
  {
    image: "influxdb:1.8",
    reason: "ErrImagePull",
    message: /influxd is not on this machine: install it \(`apt-get install influxdb`\)/,
  },
  { image: "loop", reason: "ErrImagePull", message: /circle/ },
  { image: "lost", reason: "ErrImagePull", message: /not there/ },
  { image: "A::b", reason: "InvalidImageName", message: /couldn't parse image name/ },
  { image: "", reason: "InvalidImageName", message: /couldn't parse image name/ },
  { image: "nginx:", reason: "InvalidImageName", message: /couldn't parse image name/ },
  { image: "__proto__", reason: "InvalidImageName", message: /couldn't parse image name/ },
  { image: "constructor", reason: "ErrImagePull", message: /no program is known/ },
];

for (const { image, reason, message } of refused) {
  test(`imageNamed: ${JSON.stringify(image)} is refused`, () => {
    const meaning = named(image);
    assert.ok("reason" in meaning);
    assert.equal(meaning.reason, reason);
    assert.match(meaning.message, message);
  });
}

test("imageNamed: a full path that is not there is to be put there", () => {
  const meaning = named("nginx", new Set());
  assert.ok("reason" in meaning);
  assert.match(meaning.message, /its program \/opt\/nginx is not on this machine: put it there/);
});

test("parseCatalogue: everything that is wrong is told at once", () => {
  const { problems } = parseCatalogue({
    pictures: {},
    images: { a: [], b: { args: "x", commands: [] }, c: { env: [], user: {}, args: [{}] } },
  });
  assert.deepEqual(problems.map(messageOf), [
    'pictures: Unsupported value: "pictures": supported values: "images"',
    "images[a]: Invalid value: []: must be an object",
    'images[b].args: Invalid value: "x": must be a list of words',
    'images[b].commands: Unsupported value: "commands": supported values: "args", "command", "env", "use", "user"',
    "images[c].env: Invalid value: []: must be an object: a name, then its value",
    "images[c].user: Invalid value: {}: must be text",
    "images[c].args[0]: Invalid value: {}: must be text",
  ]);
  for (const value of [undefined, null, 7, "text", []]) assert.equal(parseCatalogue(value).problems.length, 1);
  assert.deepEqual(parseCatalogue({}).problems, []);
});
