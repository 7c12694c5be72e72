import { describe, expect, it } from "vitest";
import { type Plain, RecordedApiServer, type RecordedRequest } from "../../conformance/recorded-api-server.js";
import { refusal } from "./refusal.js";

const PODS = "/api/v1/namespaces/default/pods";

function pod(metadata: object = {}, spec: object = {}): Plain {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", ...metadata },
    spec: { containers: [{ name: "c", image: "nginx" }], ...spec },
  };
}

const patch = (body: unknown, rest: object = {}): RecordedRequest => ({ method: "PATCH", path: `${PODS}/p`, body, ...rest });

describe("a patch", () => {
  it("that names an older version of the object conflicts with the newer one", () => {
    expect(refusal(patch({ metadata: { resourceVersion: "1", labels: { a: "b" } } }), pod())).toBe(
      '409 Conflict: Operation cannot be fulfilled on pods "p": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  it("moves the object neither to another name nor to another namespace", () => {
    expect(refusal(patch({ metadata: { name: "q" } }), pod())).toBe(
      "400 BadRequest: the name of the object (q) does not match the name on the URL (p)",
    );
    expect(refusal(patch({ metadata: { namespace: "kube-system" } }), pod())).toBe(
      "400 BadRequest: the namespace of the object (kube-system) does not match the namespace on the request (default)",
    );
  });

  it("warns of unknown fields, and is refused for them where the request asks for that", () => {
    const body = { spec: { hostname: null, foo: 1 } };
    expect(refusal(patch(body), pod())).toBe("accepted");
    expect(refusal({ ...patch(body), path: `${PODS}/p?fieldValidation=Strict` }, pod())).toBe(
      '422 Invalid:  "" is invalid: patch: Invalid value: "map[spec:map[foo:1 hostname:<nil>]]": strict decoding error: unknown field "spec.foo"',
    );
  });

  it("is of a type that the server knows", () => {
    expect(refusal(patch({}, { contentType: "text/plain" }), pod())).toMatch(
      /^415 UnsupportedMediaType: the body of the request was in an unknown format - accepted media types include: application\/json-patch\+json, /,
    );
  });

  it("is told of a mistake once, though it is a cause as often as rules look at it", () => {
    const server = new RecordedApiServer();
    server.post(pod());
    const answer = server.request(patch({ spec: { containers: [{ name: "c", image: "" }] } }));
    const message = "Required value";
    const cause = { type: "FieldValueRequired", field: "spec.containers[0].image", message };
    expect(answer).toMatchObject({
      status: { message: `Pod "p" is invalid: spec.containers[0].image: ${message}`, causes: [cause, cause] },
    });
  });
});

describe("a body", () => {
  it("is of the kind of its address, which it need not name", () => {
    expect(refusal({ method: "POST", path: PODS, body: { metadata: { name: "p" }, spec: {} } })).toBe(
      '422 Invalid: Pod "p" is invalid: spec.containers: Required value',
    );
    expect(refusal({ method: "POST", path: PODS, body: { ...pod(), apiVersion: "apps/v1", kind: "ReplicaSet" } })).toBe(
      '400 BadRequest: ReplicaSet in version "v1" cannot be handled as a Pod: converting (v1.ReplicaSet) to (core.Pod): unknown conversion',
    );
  });

  it("is of the namespace and the name of its address", () => {
    expect(refusal({ method: "POST", path: PODS, body: pod({ namespace: "kube-system" }) })).toBe(
      "400 BadRequest: the namespace of the provided object does not match the namespace sent on the request",
    );
    expect(refusal({ method: "PUT", path: `${PODS}/q`, body: pod() }, pod({ name: "q" }))).toBe(
      "400 BadRequest: the name of the object (p) does not match the name on the URL (q)",
    );
  });
});

describe("a new object", () => {
  it("has no version yet", () => {
    expect(refusal({ method: "POST", path: PODS, body: pod({ resourceVersion: "1" }) })).toBe(
      "500 : resourceVersion should not be set on objects to be created",
    );
  });
});

describe("a binding", () => {
  const bind = (body: object) => refusal({ method: "POST", path: `${PODS}/p/binding`, body }, pod());

  it("binds a pod to a node", () => {
    expect(bind({ metadata: { name: "p" }, target: { kind: "Pod" } })).toBe(
      '500 : [target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]',
    );
  });

  it("means the pod of its address", () => {
    expect(bind({ metadata: { name: "q" }, target: { name: "n" } })).toBe(
      "400 BadRequest: name in URL does not match name in Binding object",
    );
  });
});

describe("a deletion", () => {
  it("holds to its preconditions", () => {
    expect(refusal({ method: "DELETE", path: `${PODS}/p`, body: { preconditions: { resourceVersion: "1" } } }, pod())).toMatch(
      /^409 Conflict: Operation cannot be fulfilled on Pod "p": the ResourceVersion in the precondition \(1\) does not match the ResourceVersion in record \(\d+\)\. The object might have been modified$/,
    );
  });

  it("leaves the namespaces that a cluster cannot do without", () => {
    expect(refusal({ method: "DELETE", path: "/api/v1/namespaces/kube-public" })).toBe(
      '403 Forbidden: namespaces "kube-public" is forbidden: this namespace may not be deleted',
    );
  });
});
