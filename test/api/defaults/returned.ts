/** What the API server returns of a new object, admission apart. */
import { decode } from "../../../src/api/decode.js";
import { applyDefaults } from "../../../src/api/defaults/index.js";
import { encode } from "../../../src/api/encode.js";
import { prepareForCreate } from "../../../src/api/prepare.js";
import { SECOND } from "../../../src/engine/simulation.js";

type Plain = Readonly<Record<string, unknown>>;

/** 2023-11-14T22:13:20Z */
const NOW = 1_700_000_000 * SECOND;

/** The manifest's JSON after decoding, defaulting, preparation, and the defaulting of what is read back from the store. */
export function returned(manifest: Plain): Readonly<Record<string, never>> {
  const prepared = prepareForCreate(applyDefaults(decode(manifest)), { uid: "u", now: NOW });
  return encode(applyDefaults(prepared)) as Readonly<Record<string, never>>;
}

/** The spec of a pod with the fields given beside one container. */
export function returnedPodSpec(fields: Plain): Plain {
  const spec = { containers: [{ name: "c", image: "nginx:1.27" }], ...fields };
  return returned({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec })["spec"];
}
