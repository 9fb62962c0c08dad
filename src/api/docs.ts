import type { Docs } from "#machinery/openapi/docs.ts";

/** The prose of the kinds, by type name. Imported only when somebody asks for OpenAPI. */
export const docs: Docs = new Map();
