import { hostname } from "./identity.ts";
import { selfSigned } from "./self-signed.ts";

const { createSecureContext } = process.getBuiltinModule("node:tls");

/** Made when the first client wants TLS. */
export const secureContext = createSecureContext(selfSigned(hostname, new Date()));
