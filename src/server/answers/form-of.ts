import type { Form, Presentation } from "./form.ts";
import { jsonForm } from "./json-form.ts";
import { metadataForm } from "./metadata-form.ts";
import { protobufForm } from "./protobuf-form.ts";
import { tableForm } from "./table-form.ts";
import { yamlForm } from "./yaml-form.ts";

export function formOf(presentation: Presentation): Form {
  const { spoken, format } = presentation;
  switch (format.kind) {
    case "json":
      return jsonForm(spoken);
    case "yaml":
      return yamlForm(spoken);
    case "protobuf":
      return protobufForm(spoken);
    case "table":
      return tableForm(presentation, format);
    case "metadata":
      return metadataForm(format);
  }
}
