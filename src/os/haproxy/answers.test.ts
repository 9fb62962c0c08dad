import assert from "node:assert/strict";
import { test } from "node:test";
import { streamsFrom, tableFrom } from "./answers.ts";

test("streamsFrom: the current sessions of each server", () => {
  const answer = "# pxname,svname,qcur,qmax,scur,smax\nb1,10.0.0.1-80,0,0,3,9,\nb1,10.0.0.2-80,0,0,0,9,";
  assert.deepEqual(
    [...streamsFrom(answer)],
    [
      ["b1/10.0.0.1-80", 3],
      ["b1/10.0.0.2-80", 0],
    ],
  );
});

test("tableFrom: what a stick table has counted, by key", () => {
  const answer = `# table: routes, type: string, size:20480, used:2
0x5581: key=default/kubia#spec.rules[0].http.paths[0] use=0 exp=0 shard=0 http_req_cnt=12 http_err_cnt=1 bytes_out_cnt=4096
0x5582: key=default/a\\ b use=1 exp=0 http_req_cnt=1 http_err_cnt=0 bytes_out_cnt=0`;
  assert.deepEqual(
    [...tableFrom(answer)].map(([key, counts]) => [key, Object.fromEntries(counts)]),
    [
      ["default/kubia#spec.rules[0].http.paths[0]", { http_req_cnt: 12, http_err_cnt: 1, bytes_out_cnt: 4096 }],
      ["default/a\\ b", { http_req_cnt: 1, http_err_cnt: 0, bytes_out_cnt: 0 }],
    ],
  );
});
