import { describe, expect, it } from "vitest";
import type { Service } from "../../../src/api/types/network.js";
import type { Pod } from "../../../src/api/types/pod.js";
import type { ResourceQuota } from "../../../src/api/types/policy.js";
import { ApiServer } from "../../../src/control-plane/apiserver/api-server.js";
import type { Result } from "../../../src/control-plane/apiserver/client.js";
import { NO_LATENCIES } from "../../../src/control-plane/apiserver/latencies.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import { EPOCH } from "./pods.js";

const ADMINISTRATOR = { component: "kubectl", user: "kubernetes-admin", groups: ["system:masters"] };
const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "default" },
  spec: { containers: [{ name: "c", image: "web:1" }] },
} as Pod;
const QUOTA = {
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name: "few", namespace: "default" },
  spec: { hard: { pods: "1" } },
} as ResourceQuota;

function setUp() {
  const simulation = new Simulation({ seed: "dry-run" });
  const server = new ApiServer({ simulation, epoch: EPOCH, latencies: NO_LATENCIES });
  const client = server.connect(ADMINISTRATOR);
  const dry = server.connect({ ...ADMINISTRATOR, dryRun: true });
  const answerOf = <T>(send: (done: (result: Result<T>) => void) => void): Result<T> => {
    let answer: Result<T> | undefined;
    send((result) => (answer = result));
    simulation.run(simulation.now + SECOND);
    return answer!;
  };
  return { server, client, dry, answerOf };
}

// What upstream promises: https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run
describe("a dry run", () => {
  it("answers with the object as admission and defaults would have made it, and stores nothing", () => {
    const { server, dry, answerOf } = setUp();
    const revision = server.objects.revision;
    const result = answerOf<Pod>((done) => dry.create<"Pod">(POD, done));
    expect(result.ok && result.object.spec.restartPolicy).toBe("Always");
    expect(result.ok && result.object.metadata.resourceVersion).toBeUndefined();
    expect(server.objects.get("Pod", "default", "web")).toBeUndefined();
    expect(server.objects.revision).toBe(revision);
  });

  it("is refused as the request would be", () => {
    const { client, dry, answerOf } = setUp();
    answerOf<Pod>((done) => client.create<"Pod">(POD, done));
    const again = answerOf<Pod>((done) => dry.create<"Pod">(POD, done));
    expect(!again.ok && again.status.reason).toBe("AlreadyExists");
    const wrong = answerOf<Pod>((done) => dry.create<"Pod">({ ...POD, metadata: { name: "Web", namespace: "default" } }, done));
    expect(!wrong.ok && wrong.status.reason).toBe("Invalid");
  });

  it("changes and deletes nothing, but says how it would be", () => {
    const { server, client, dry, answerOf } = setUp();
    answerOf<Pod>((done) => client.create<"Pod">(POD, done));
    const target = { kind: "Pod", namespace: "default", name: "web" } as const;
    const before = server.objects.get("Pod", "default", "web");
    const label = (pod: Pod): Pod => ({ ...pod, metadata: { ...pod.metadata, labels: { tier: "front" } } });
    const patched = answerOf<Pod>((done) => dry.patch<"Pod">(target, label, done));
    expect(patched.ok && patched.object.metadata.labels).toEqual({ tier: "front" });
    answerOf<Pod>((done) => dry.delete<"Pod">(target, {}, done));
    answerOf<Pod>((done) => dry.evict(target, {}, done));
    expect(server.objects.get("Pod", "default", "web")).toBe(before);
  });

  it("uses up neither quota, nor addresses and ports", () => {
    const { client, dry, answerOf } = setUp();
    answerOf<ResourceQuota>((done) => client.create<"ResourceQuota">(QUOTA, done));
    for (let times = 0; times < 2; times++) answerOf<Pod>((done) => dry.create<"Pod">(POD, done));
    expect(answerOf<Pod>((done) => client.create<"Pod">(POD, done)).ok).toBe(true);
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default" },
      spec: { type: "NodePort", ports: [{ port: 80, nodePort: 30_080 }] },
    } as Service;
    expect(answerOf<Service>((done) => dry.create<"Service">(service, done)).ok).toBe(true);
    expect(answerOf<Service>((done) => client.create<"Service">(service, done)).ok).toBe(true);
  });
});
