import { describe, expect, it } from "vitest";
import { decode } from "../../src/api/decode.js";
import { DecodeError } from "../../src/api/decode-problem.js";

/** The API server's text for a manifest that it cannot decode. */
function failure(manifest: unknown): string | undefined {
  try {
    decode(manifest);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
}

const service = (ports: unknown, rest: object = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web" },
  spec: { ports, ...rest },
});
const pod = (spec: object, metadata: object = { name: "web" }) => ({ apiVersion: "v1", kind: "Pod", metadata, spec });
const container = (fields: object) => ({ containers: [{ name: "c", image: "nginx", ...fields }] });

// Expected texts follow sigs.k8s.io/json: the innermost struct, then the path of fields from the root without indices and keys.
describe("a value of a wrong type", () => {
  it("is told with the struct and the path of its field", () => {
    expect(failure(pod({ containers: ["nginx"] }))).toBe(
      "json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container",
    );
    expect(failure(pod(container({ env: [{ name: "A", value: 1 }] })))).toBe(
      "json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string",
    );
    expect(failure(pod(container({ ports: [{ containerPort: 80.5 }] })))).toBe(
      "json: cannot unmarshal number 80.5 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
    );
  });

  it("is the first of the document, not of the type", () => {
    const replicasLast = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: { template: { spec: { hostNetwork: "yes" } }, replicas: "3" },
    };
    expect(failure(replicasLast)).toBe(
      "json: cannot unmarshal string into Go struct field PodSpec.spec.template.spec.hostNetwork of type bool",
    );
  });

  it("has its place where its own reader refuses it, as with ports and times", () => {
    expect(failure(service([{ port: 80, targetPort: true }]))).toBe(
      "json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32",
    );
    expect(failure(pod(container({}), { name: "web", creationTimestamp: 5 }))).toBe(
      "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string",
    );
  });

  it("gives way to one that ends the decoding, wherever that stands", () => {
    expect(failure(pod({ hostNetwork: "yes", ...container({ resources: { requests: { cpu: "a lot" } } }) }))).toBe(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  });

  it("does not end the decoding where it is bytes that are no base64", () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, immutable: "yes", data: { a: "%" } };
    expect(failure(secret)).toBe("json: cannot unmarshal string into Go struct field Secret.immutable of type bool");
    expect(failure({ ...secret, immutable: undefined })).toBe("illegal base64 data at input byte 0");
  });
});

describe("unknown fields", () => {
  it("are told all together, in the document's order, each once", () => {
    expect(failure(pod({ ...container({ image2: "a" }), replica: 1, container: [] }))).toBe(
      'strict decoding error: unknown field "spec.containers[0].image2", unknown field "spec.replica", unknown field "spec.container"',
    );
  });

  it("are not told where a value has a wrong type", () => {
    expect(failure(pod({ replica: 1, hostNetwork: "yes", ...container({}) }))).toBe(
      "json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool",
    );
  });

  it("are those in another spelling, too", () => {
    expect(failure(pod({ ...container({}), restartpolicy: "Never" }))).toBe('strict decoding error: unknown field "spec.restartpolicy"');
  });
});
