import assert from "node:assert/strict";
import { connect } from "node:http2";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { Identity } from "#core/access/identity.ts";
import { heldBody } from "#server/exchange.ts";
import { eventually } from "../harness/eventually.ts";
import { listening, validity } from "./listening.ts";
import { serve } from "./served.ts";

const flood: Identity = { user: "flood", groups: ["system:bootstrappers", "system:authenticated"] };
const node: Identity = { user: "system:node:n1", groups: ["system:nodes", "system:authenticated"] };
const leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
const requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";

test("of 2,000 requests at once of one user most are refused; a node's lease is renewed meanwhile", async () => {
  await using served = await serve();
  const lease = { metadata: { name: "n1" }, spec: { holderIdentity: "n1", renewTime: "2026-01-01T00:00:00.000000Z" } };
  const made = await served.send("POST", leases, { body: lease, identity: node });
  assert.equal(made.status, 201, made.text);
  const flooding = Array.from({ length: 2000 }, () =>
    served.send("POST", requests, { body: { metadata: {} }, identity: flood }),
  );
  const renewed = await served.send("PUT", `${leases}/n1`, { body: made.text, identity: node });
  assert.equal(renewed.status, 200, renewed.text);
  const told = await Promise.all(flooding);
  const refused = told.filter(({ status }) => status === 429);
  assert(refused.length > 1000, `${refused.length} were refused`);
  assert(told.length > refused.length);
  for (const one of refused) {
    assert.deepEqual([one.at("reason"), one.headers["retry-after"]], ["TooManyRequests", "1"]);
    assert.equal(one.at("message"), "Too many requests, please try again later.");
  }
  assert.equal((await served.send("POST", requests, { body: {}, identity: flood })).status, 422, "once it is over");
  const { text: metrics } = await served.send("GET", "/metrics");
  const line = `apiserver_flowcontrol_rejected_requests_total{priority_level="workload",reason="queue-full"}`;
  assert(
    metrics.includes(`${line} ${refused.length}\n`),
    metrics.match(/.*rejected_requests_total.*/g)?.join("\n") ?? "",
  );
});

test("bodies that never end hold no seat, and only so many of one user are waited for", async () => {
  await using served = await serve({ inFlight: { reading: 8, writing: 8 } });
  const endless = { body: () => new Promise<Uint8Array>(() => {}), bodyPieces: heldBody().bodyPieces };
  const ask = (body: object, length?: string) =>
    served.server.handle(
      {
        method: "POST",
        url: requests,
        headers: { "content-type": "application/json", ...(length !== undefined && { "content-length": length }) },
        ...heldBody(Buffer.from("{}")),
        ...body,
      },
      flood,
    );
  const slow = Array.from({ length: 42 }, () => ask(endless));
  const one = await ask({}, "2");
  assert.equal(one.status, 422, "what is whole is answered");
  const refused = await ask(endless);
  assert.equal(refused.status, 429);
  assert.equal((await served.send("POST", requests, { body: {}, identity: { ...flood, user: "other" } })).status, 422);
  assert.equal(slow.length, 42);
});

test("a client that sends its bodies slowly holds up nobody, over HTTP/2", async () => {
  await using server = await listening({ inFlight: { reading: 4, writing: 4 } });
  const { authority, port, client } = server;
  const flooder = await authority.forClient({ name: "flood", organizations: ["system:bootstrappers"] }, validity());
  const session = connect(`https://127.0.0.1:${port}`, {
    ca: authority.certificate,
    cert: flooder.certificate,
    key: flooder.key,
  });
  const admin = connect(`https://127.0.0.1:${port}`, {
    ca: authority.certificate,
    cert: client.certificate,
    key: client.key,
  });
  try {
    const codes: number[] = [];
    for (let i = 0; i < 100; i++) {
      const stream = session.request({
        ":method": "POST",
        ":path": requests,
        "content-type": "application/json",
      });
      stream.on("response", (head) => codes.push(Number(head[":status"])));
      stream.on("error", () => {});
      stream.resume();
      stream.write("{");
    }
    await eventually("the refusal of all but 42", () => codes.length === 58, { seconds: 10 });
    assert.deepEqual([...new Set(codes)], [429]);
    const stream = admin.request({
      ":method": "POST",
      ":path": "/api/v1/namespaces",
      "content-type": "application/json",
    });
    stream.end(JSON.stringify({ metadata: { name: "team" } }));
    assert.match(await text(stream), /"name":"team"/);
  } finally {
    session.destroy();
    admin.destroy();
  }
});

test("watches hold no seats", async () => {
  await using served = await serve({ inFlight: { reading: 4, writing: 4 } });
  const url = "/api/v1/namespaces?watch=true";
  for (let i = 0; i < 20; i++) {
    const identity = { user: `watcher-${i}`, groups: ["system:masters"] };
    const answer = await served.server.handle({ method: "GET", url, headers: {}, ...heldBody() }, identity);
    assert.deepEqual([answer.kind, answer.status], ["stream", 200]);
  }
  assert.equal((await served.send("GET", "/api/v1/namespaces")).status, 200);
});
