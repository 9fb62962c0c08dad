import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createConnection } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, suite, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { ShareDoor } from "#server/sharing/share-door.ts";
import { asRoot } from "../cluster/as-root.ts";
import { eventually } from "../harness/eventually.ts";
import { address, core, proxyStage, type Stage } from "./proxy-stage.ts";

const options = { address: "127.0.0.1", port: 6480 };
const shares = "/apis/portolan.io/v1/namespaces/default/shares";
const secret = "s".repeat(32);
const tokenHash = createHash("sha256").update(secret).digest("hex");
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

/** Tells what reached it; `/page` has absolute links. */
function respond(request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request;
  if (url === "/page") response.writeHead(200, { "content-type": "text/html" }).end('<a href="/next">next</a>');
  else if (url === "/login") response.writeHead(302, { location: "/page", "set-cookie": "session=1; Path=/" }).end();
  else response.end(JSON.stringify({ method, url, cookie: headers.cookie, authorization: headers.authorization }));
}

interface Visit {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Over the door, as a browser or curl would. */
function visit({ path = "/", method = "GET", headers = {} }: Visit = {}) {
  return new Promise<{ readonly status: number; readonly headers: IncomingMessage["headers"]; readonly text: string }>(
    (resolve, reject) => {
      const asked = httpRequest({ host: options.address, port: options.port, path, method, headers, agent: false });
      asked.once("error", reject);
      asked.once("response", (answer) =>
        text(answer).then(
          (body) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: body }),
          reject,
        ),
      );
      asked.end();
    },
  );
}

suite("links to single Services", asRoot, () => {
  let stage: Stage;
  let door: ShareDoor;
  let served: Stage["server"]["served"];
  before(async () => {
    stage = await proxyStage({ sharing: options });
    served = stage.server.served;
    const serving = await stage.forServer("kube-apiserver");
    const { server } = served;
    door = new ShareDoor({ ...server.sharing, options, serving, now: Date.now, report: server.report });
    const port = await stage.serves(respond);
    await stage.behind("web", port);
    await stage.behind("other", await stage.serves((_, response) => response.end("other")));
  });
  after(async () => {
    await door.close();
    await stage[Symbol.asyncDispose]();
  });

  const spec = (changed: object = {}) => ({ service: "web", tokenHash, expires: inAnHour(), ...changed });
  const make = async (name: string, changed: object = {}): Promise<string> => {
    await stage.make(shares, { metadata: { name }, spec: spec(changed) });
    return `portolan-share=default.${name}.${secret}`;
  };
  const listens = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = createConnection(options.port, options.address, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
  const revoke = async (name: string): Promise<void> => {
    const told = await served.send("DELETE", `${shares}/${name}`);
    assert.equal(told.status, 200, told.text);
  };

  test("nothing listens while there is no link, nor when the last one is taken back", async () => {
    assert.equal(await listens(), false);
    await make("first");
    assert.equal(await listens(), true);
    await revoke("first");
    await eventually("the port is free", async () => !(await listens()), { seconds: 5 });
  });

  test("a browser is given a cookie, and the application works under its own absolute paths", async () => {
    const ticket = await make("browser");
    const entered = await visit({ path: `/page?${ticket}`, headers: { accept: "text/html" } });
    assert.deepEqual([entered.status, entered.headers.location], [303, "/page"]);
    const [mark = ""] = entered.headers["set-cookie"] ?? [];
    const cookie = mark.split(";")[0] ?? "";
    const page = await visit({ path: "/page", headers: { cookie, accept: "text/html" } });
    assert.equal(page.text, '<a href="/next">next</a>', "links are as the application wrote them");
    const login = await visit({ path: "/login", headers: { cookie } });
    assert.deepEqual([login.headers.location, login.headers["set-cookie"]], ["/page", ["session=1; Path=/"]]);
    const next = await visit({ path: "/next", headers: { cookie: `${cookie}; session=1` } });
    assert.deepEqual(JSON.parse(next.text), { method: "GET", url: "/next", cookie: "session=1" });
    await revoke("browser");
  });

  test("a program is served at once, by every method, with its own credentials", async () => {
    const ticket = await make("program");
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      const told = await visit({ path: `/a?b=1&${ticket}`, method, headers: { authorization: "Basic YTpi" } });
      assert.deepEqual(JSON.parse(told.text), { method, url: "/a?b=1", authorization: "Basic YTpi" });
    }
    await revoke("program");
  });

  test("it opens that Service and nothing else", async () => {
    const ticket = await make("narrow");
    for (const path of [`/api/v1/secrets?${ticket}`, `/api/v1/namespaces/default/services/other/proxy/?${ticket}`]) {
      const told = await visit({ path });
      assert.equal(JSON.parse(told.text).url, path.split("?")[0], "the Service is asked, not the API");
    }
    const [status] = [(await visit({ headers: { host: "other.default.localhost:6480" } })).status];
    assert.equal(status, 401, "a host gives nobody a right");
    const wrong = await visit({ path: `/?portolan-share=default.narrow.${"x".repeat(32)}` });
    assert.deepEqual([wrong.status, wrong.text.split(":")[0]], [403, "This link opens nothing"]);
    await revoke("narrow");
  });

  test("a visitor of a Service that nobody answers for reads so", async () => {
    const service = { metadata: { name: "empty" }, spec: { ports: [{ port: 80 }] } };
    await served.send("POST", "/api/v1/namespaces/default/services", { body: service });
    const ticket = await make("waiting", { service: "empty" });
    const told = await visit({ path: `/?${ticket}` });
    assert.deepEqual([told.status, told.headers["content-type"]], [503, "text/plain; charset=utf-8"]);
    assert.equal(told.text, 'no endpoints available for service "empty"\n');
    await revoke("waiting");
  });

  test("a WebSocket goes through, and ends when the link is taken back", async () => {
    const echo = new WebSocketServer({ host: address, port: 0 });
    echo.on("connection", (one) => one.on("message", (message) => one.send(String(message))));
    await once(echo, "listening");
    const bound = echo.address();
    await stage.behind("sockets", typeof bound === "object" && bound !== null ? bound.port : 0);
    const opened = await make("socket", { service: "sockets" });
    const client = new WebSocket(`ws://${options.address}:${options.port}/ws?${opened}`);
    const echoed = new Promise((resolve) => client.once("message", (message) => resolve(String(message))));
    await new Promise((resolve) => client.once("open", resolve));
    client.send("hello");
    assert.equal(await echoed, "hello");
    const closed = new Promise((resolve) => client.once("close", resolve));
    await revoke("socket");
    await closed;
    const late = new WebSocket(`ws://${options.address}:${options.port}/ws?${opened}`);
    const fault = new Promise<Error>((resolve) => late.once("error", resolve));
    assert.match((await fault).message, /401|ECONNREFUSED/);
    echo.close();
  });

  test("it ends when it expires, with what it has opened", async () => {
    const ticket = await make("short", { expires: new Date(Date.now() + 1500).toISOString() });
    const response = await visit({ path: `/?${ticket}` });
    assert.equal(response.status, 200);
    await eventually("it is closed", async () => (await visit({ path: `/?${ticket}` })).status === 403, { seconds: 5 });
    await revoke("short");
  });

  const refusals: readonly (readonly [name: string, change: object, message: RegExp])[] = [
    ["one that is over", { expires: "2026-01-01T00:00:00Z" }, /spec.expires: 2026-01-01T00:00:00Z is over/],
    ["no Service", { service: "nothing" }, /there is no Service "nothing" with ports in the namespace/],
    ["a port that the Service hasn't", { port: 81 }, /Service "web" has no port 81: there is 80 \(http\)/],
    ["a month and a day", { expires: "2099-01-01T00:00:00Z" }, /must be at most 30 days/],
  ];
  for (const [name, change, message] of refusals)
    test(`it is not made for ${name}`, async () => {
      const told = await served.send("POST", shares, { body: { metadata: { name: "no" }, spec: spec(change) } });
      assert.ok(told.status === 403 || told.status === 422, told.text);
      assert.match(String(told.at("message")), message);
    });

  test("who may not ask the Service through the API can't open it to others", async () => {
    const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
    await stage.make(`${rbac}/roles`, {
      metadata: { name: "sharer" },
      rules: [
        { apiGroups: ["portolan.io"], resources: ["shares"], verbs: ["create"] },
        { apiGroups: [""], resources: ["services/proxy"], resourceNames: ["web"], verbs: ["*"] },
      ],
    });
    await stage.make(`${rbac}/rolebindings`, {
      metadata: { name: "sharer" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "sharer" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "jane" }],
    });
    const identity = { user: "jane", groups: ["system:authenticated"] };
    const ask = (service: string) =>
      served.send("POST", shares, { identity, body: { metadata: { name: `of-${service}` }, spec: spec({ service }) } });
    const refused = await ask("other");
    assert.equal(refused.status, 403);
    assert.match(
      refused.text,
      /User \\"jane\\" cannot get resource \\"services\/proxy\\" in API group \\"\\" in the namespace \\"default\\"/,
    );
    assert.equal((await ask("web")).status, 201);
    assert.equal((await served.send("GET", `${core}/services`, { identity })).status, 403);
    await revoke("of-web");
  });
});
