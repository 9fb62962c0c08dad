import { testHttpRows } from "./over-http.ts";

testHttpRows("embedded");
