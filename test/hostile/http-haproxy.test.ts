import { testHttpRows } from "./over-http.ts";

testHttpRows("haproxy");
