import assert from "node:assert/strict";
import { get } from "node:https";
import { after, before, test } from "node:test";
import { withHaproxy } from "../ingress/lone-frontend.ts";
import { ask } from "../ingress/served.ts";
import { httpRows } from "./http-rows.ts";
import { type EngineName, type HttpStage, openStage } from "./http-stage.ts";

/** A test a row, against one engine, which must serve the next client after each of them. */
export function testHttpRows(engine: EngineName): void {
  const isMissing = engine === "haproxy" && withHaproxy.skip;
  const own = new AsyncDisposableStack();
  let stage: HttpStage;
  before(async () => {
    if (!isMissing) stage = await openStage(engine, own);
  });
  after(() => own.disposeAsync());
  for (const { row, name, holds, unlike } of httpRows) {
    const other = unlike?.[engine];
    const shown = `${row}: ${name}${other === undefined ? "" : ` (instead: ${other.because})`}`;
    const really = other?.holds ?? holds;
    test(shown, { skip: isMissing || (really === "nothing" && other?.because) || false }, async () => {
      if (really !== "nothing") await really(stage);
      assert.equal((await ask(stage.portOf("http"), "/")).status, 200, "the next client");
      assert.equal(await statusOverTls(stage.portOf("https")), 200, "the next client over TLS");
    });
  }
}

const statusOverTls = (port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, servername: "web.example", rejectUnauthorized: false, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });
