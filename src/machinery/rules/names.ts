/**
 * What names, labels and their like may look like. Each function gives the sentences that Kubernetes has for what is wrong, none
 * where all is well. Source: k8s.io/apimachinery/pkg/util/validation.
 */
type Troubles = readonly string[];

const tooLong = (maximum: number): string => `must be no more than ${maximum} bytes`;

/** The sentence for a pattern that didn't match; its commas are Kubernetes' own. */
function regexSentence(what: string, pattern: string, ...examples: readonly string[]): string {
  const such = examples.length === 0 ? "" : `e.g. ${examples.map((one) => `'${one}', `).join(" or ")}`;
  return `${what} (${such}regex used for validation is '${pattern}')`;
}

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const label1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const subdomain = `${label}(\\.${label})*`;
const wildcard = `\\*\\.${subdomain}`;
const qualified = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const labelValue = `(${qualified})?`;
const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

const patterns = {
  label: whole(label),
  label1035: whole(label1035),
  subdomain: whole(subdomain),
  wildcard: whole(wildcard),
  qualified: whole(qualified),
  labelValue: whole(labelValue),
};

/** RFC 1123 label: a pod's container, a port of a Service. */
export function dnsLabelTrouble(value: string): Troubles {
  return [
    ...(value.length > 63 ? [tooLong(63)] : []),
    ...(patterns.label.test(value)
      ? []
      : patterns.subdomain.test(value)
        ? ["must not contain dots"]
        : [
            regexSentence(
              "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
              label,
              "my-name",
              "123-abc",
            ),
          ]),
  ];
}

/** RFC 1035 label: the name of a Service. */
export function dns1035LabelTrouble(value: string): Troubles {
  return [
    ...(value.length > 63 ? [tooLong(63)] : []),
    ...(patterns.label1035.test(value)
      ? []
      : [
          regexSentence(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
            label1035,
            "my-name",
            "abc-123",
          ),
        ]),
  ];
}

/** RFC 1123 subdomain: most names. */
export function dnsSubdomainTrouble(value: string): Troubles {
  return [
    ...(value.length > 253 ? [tooLong(253)] : []),
    ...(patterns.subdomain.test(value)
      ? []
      : [
          regexSentence(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
            subdomain,
            "example.com",
          ),
        ]),
  ];
}

/** `*.example.com`, for all names with one label more. */
export function wildcardDnsTrouble(value: string): Troubles {
  return [
    ...(value.length > 253 ? [tooLong(253)] : []),
    ...(patterns.wildcard.test(value)
      ? []
      : [
          regexSentence(
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
            wildcard,
            "*.example.com",
          ),
        ]),
  ];
}

const qualifiedSentence = regexSentence(
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  qualified,
  "MyName",
  "my.name",
  "123-abc",
);

/** A label's key, an annotation's, a finalizer: an optional DNS subdomain, a slash, a name. */
export function labelKeyTrouble(value: string): Troubles {
  const parts = value.split("/");
  if (parts.length > 2)
    return [
      `${regexSentence(
        "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        qualified,
        "MyName",
        "my.name",
        "123-abc",
      )} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const [prefix, name = ""] = parts.length === 2 ? parts : [undefined, value];
  return [
    ...(prefix === undefined
      ? []
      : prefix === ""
        ? ["prefix part must be non-empty"]
        : dnsSubdomainTrouble(prefix).map((one) => `prefix part ${one}`)),
    ...(name === "" ? ["name part must be non-empty"] : []),
    ...(name.length > 63 ? [`name part ${tooLong(63)}`] : []),
    ...(patterns.qualified.test(name) ? [] : [qualifiedSentence]),
  ];
}

export function labelValueTrouble(value: string): Troubles {
  return [
    ...(value.length > 63 ? [tooLong(63)] : []),
    ...(patterns.labelValue.test(value)
      ? []
      : [
          regexSentence(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
            labelValue,
            "MyValue",
            "my_value",
            "12345",
          ),
        ]),
  ];
}

/** For names that may be nearly anything: only what would change the path is refused. */
export function pathSegmentTrouble(value: string): Troubles {
  if (value === "." || value === "..") return [`may not be '${value}'`];
  return ["/", "%"].filter((illegal) => value.includes(illegal)).map((illegal) => `may not contain '${illegal}'`);
}

/** What a container calls a port, or a Service its target: RFC 6335, lower case. */
export function portNameTrouble(value: string): Troubles {
  return [
    ...(value.length > 15 ? [tooLong(15)] : []),
    ...(/^[-a-z0-9]+$/.test(value) ? [] : ["must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"]),
    ...(/[a-z]/.test(value) ? [] : ["must contain at least one letter (a-z)"]),
    ...(value.includes("--") ? ["must not contain consecutive hyphens"] : []),
    ...(/^-|-$/.test(value) ? ["must not begin or end with a hyphen"] : []),
  ];
}

/** The name of an environment variable: anything printable but `=`. Source: KEP-4369. */
export function envNameTrouble(value: string): Troubles {
  return [
    ...(value === "" ? ["environment variable name must be non-empty"] : []),
    ...(/^[\x20-\x3c\x3e-\x7e]*$/.test(value)
      ? []
      : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]),
  ];
}

/** A key of a ConfigMap or Secret, which becomes a file's name. */
export function configKeyTrouble(value: string): Troubles {
  return [
    ...(value.length > 253 ? [tooLong(253)] : []),
    ...(/^[-._a-zA-Z0-9]+$/.test(value)
      ? []
      : [
          regexSentence(
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
            "[-._a-zA-Z0-9]+",
            "key.name",
            "KEY_NAME",
            "key-name",
          ),
        ]),
    ...(value === "." || value === ".."
      ? [`must not be '${value}'`]
      : value.startsWith("..")
        ? ["must not start with '..'"]
        : []),
  ];
}

export function httpHeaderNameTrouble(value: string): Troubles {
  if (/^[-A-Za-z0-9]+$/.test(value)) return [];
  return [
    regexSentence(
      "a valid HTTP header must consist of alphanumeric characters or '-'",
      "[-A-Za-z0-9]+",
      "X-Header-Name",
    ),
  ];
}

/** `25%`. */
export function percentTrouble(value: string): Troubles {
  if (/^[0-9]+%$/.test(value)) return [];
  const sentence = "a valid percent string must be a numeric string followed by an ending '%'";
  return [regexSentence(sentence, "[0-9]+%", "1%", "93%")];
}

const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
/** What may follow the host in a URL. Source: RFC 3986. */
export const httpPathTrouble = (value: string): Troubles =>
  whole(httpPath).test(value) ? [] : [regexSentence("Invalid path", httpPath)];

const conditionReason = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
/** Why a condition is as it is, in one word for programs. */
export function conditionReasonTrouble(value: string): Troubles {
  if (whole(conditionReason).test(value)) return [];
  return [
    regexSentence(
      "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
      conditionReason,
      "my_name",
      "MY_NAME",
      "MyName",
      "ReasonA,ReasonB",
      "ReasonA:ReasonB",
    ),
  ];
}
