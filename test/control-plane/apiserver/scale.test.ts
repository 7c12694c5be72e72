import { describe, expect, it } from "vitest";
import type { Deployment, ReplicationController, Scale } from "../../../src/api/types/index.js";
import type { ApiClient, ApiStatus, Result, Target } from "../../../src/control-plane/apiserver/client.js";
import { RbacAuthorizer } from "../../../src/control-plane/apiserver/rbac-authorizer.js";
import { ApiServer } from "../../../src/control-plane/apiserver/api-server.js";
import { NO_LATENCIES } from "../../../src/control-plane/apiserver/latencies.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import { EPOCH } from "./pods.js";

const TEMPLATE = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "web:1" }] } };
const WEB: Deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: { replicas: 3, selector: { matchLabels: { app: "web" } }, template: TEMPLATE },
};
const OLD: ReplicationController = {
  apiVersion: "v1",
  kind: "ReplicationController",
  metadata: { name: "old", namespace: "default" },
  spec: { replicas: 2, selector: { app: "web" }, template: TEMPLATE },
};
const TARGET: Target<"Deployment"> = { kind: "Deployment", namespace: "default", name: "web" };

function setUp() {
  const simulation = new Simulation({ seed: "scale" });
  const server = new ApiServer({ simulation, epoch: EPOCH, latencies: NO_LATENCIES, authorizer: new RbacAuthorizer() });
  const client = server.connect({ component: "kubectl", user: "kubernetes-admin", groups: ["system:masters"] });
  const answerOf = <T>(send: (done: (result: Result<T>) => void) => void): Result<T> => {
    let answer: Result<T> | undefined;
    send((result) => (answer = result));
    simulation.run(simulation.now + SECOND);
    return answer!;
  };
  client.create<"Deployment">(WEB);
  client.create<"ReplicationController">(OLD);
  simulation.run(SECOND);
  const scale = () => granted(answerOf<Scale>((done) => client.scales.get(TARGET, done)));
  return { server, client, answerOf, scale };
}

function granted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.status.message);
  return result.object;
}

function refused(result: Result<unknown>): ApiStatus {
  if (result.ok) throw new Error("was not refused");
  return result.status;
}

describe("the scale subresource", () => {
  it("shows replicas and selector with the workload's own identity, of selectors of both forms", () => {
    const { client, answerOf, scale } = setUp();
    const { metadata, spec, status } = scale();
    const web = granted(answerOf<Deployment>((done) => client.get(TARGET, done)));
    expect(metadata.uid).toBe(web.metadata.uid);
    expect(metadata.resourceVersion).toBe(web.metadata.resourceVersion);
    expect({ spec, status }).toEqual({ spec: { replicas: 3 }, status: { replicas: 0, selector: "app=web" } });
    const old = answerOf<Scale>((done) => client.scales.get({ kind: "ReplicationController", namespace: "default", name: "old" }, done));
    expect(granted(old)).toMatchObject({ spec: { replicas: 2 }, status: { selector: "app=web" } });
  });

  it("writes replicas alone, and counts a generation", () => {
    const { client, answerOf, scale } = setUp();
    const before = granted(answerOf<Deployment>((done) => client.get(TARGET, done)));
    granted(answerOf((done) => client.scales.update(TARGET, { ...scale(), spec: { replicas: 5 } }, done)));
    granted(
      answerOf((done) => client.scales.patch(TARGET, (current) => ({ ...current, spec: { replicas: current.spec.replicas + 2 } }), done)),
    );
    const after = granted(answerOf<Deployment>((done) => client.get(TARGET, done)));
    expect(after.spec).toEqual({ ...before.spec, replicas: 7 });
    expect(after.metadata.generation).toBe((before.metadata.generation ?? 0) + 2);
  });

  it("refuses less than none, an old version, another's name and another's uid", () => {
    const { client, answerOf, scale } = setUp();
    const put = (change: (current: Scale) => Scale) => {
      const asked = change(scale());
      return refused(answerOf((done) => client.scales.update(TARGET, asked, done)));
    };
    expect(put((current) => ({ ...current, spec: { replicas: -1 } }))).toEqual({
      code: 422,
      reason: "Invalid",
      message: 'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      details: { name: "web", group: "autoscaling", kind: "Scale" },
      causes: [{ type: "FieldValueInvalid", field: "spec.replicas", message: "Invalid value: -1: must be greater than or equal to 0" }],
    });
    expect(put((current) => ({ ...current, metadata: { ...current.metadata, resourceVersion: "1" } }))).toMatchObject({
      code: 409,
      message:
        'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
    });
    expect(put((current) => ({ ...current, metadata: { ...current.metadata, name: "other" } }))).toMatchObject({
      code: 400,
      message: "the name of the object (other) does not match the name on the URL (web)",
    });
    expect(put((current) => ({ ...current, metadata: { ...current.metadata, uid: "u" } }))).toMatchObject({ code: 409 });
    expect(scale().spec.replicas).toBe(3);
  });

  it("needs a right of its own", () => {
    const { server, answerOf } = setUp();
    const stranger: ApiClient = server.connect({ component: "stranger", user: "stranger" });
    expect(refused(answerOf((done) => stranger.scales.get(TARGET, done)))).toMatchObject({
      code: 403,
      message:
        'deployments.apps "web" is forbidden: User "stranger" cannot get resource "deployments/scale" in API group "apps" in the namespace "default"',
      details: { name: "web", group: "apps", kind: "deployments" },
    });
  });
});
