import { describe, expect, it } from "vitest";
import { applyDefaults } from "../../../src/api/defaults/index.js";
import { decode } from "../../../src/api/decode.js";
import { prepareForCreate } from "../../../src/api/prepare.js";
import type { Pod } from "../../../src/api/types/pod.js";
import { returned, returnedPodSpec } from "./returned.js";

function volume(source: object): unknown {
  const [only] = returnedPodSpec({ volumes: [{ name: "v", ...source }] })["volumes"] as Record<string, unknown>[];
  const { name, ...rest } = only;
  expect(name).toBe("v");
  return rest;
}

describe("volumes of pods", () => {
  // The marks "+default" of k8s.io/api/core/v1/types.go and the SetDefaults_ functions of pkg/apis/core/v1/defaults.go.
  it.each([
    ["none", {}, { emptyDir: {} }],
    [
      "scaleIO",
      { scaleIO: { gateway: "g", system: "s", secretRef: { name: "x" }, volumeName: "d" } },
      { scaleIO: { gateway: "g", system: "s", secretRef: { name: "x" }, volumeName: "d", storageMode: "ThinProvisioned", fsType: "xfs" } },
    ],
    [
      "rbd",
      { rbd: { monitors: ["a"], image: "i", user: "me" } },
      { rbd: { monitors: ["a"], image: "i", pool: "rbd", user: "me", keyring: "/etc/ceph/keyring" } },
    ],
    [
      "azureDisk",
      { azureDisk: { diskName: "d", diskURI: "u", fsType: "xfs" } },
      { azureDisk: { diskName: "d", diskURI: "u", cachingMode: "ReadWrite", fsType: "xfs", readOnly: false, kind: "Shared" } },
    ],
    [
      "projected",
      {
        projected: {
          sources: [
            { serviceAccountToken: { path: "t" } },
            { downwardAPI: { items: [{ path: "n", fieldRef: { fieldPath: "metadata.name" } }] } },
          ],
        },
      },
      {
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3600, path: "t" } },
            { downwardAPI: { items: [{ path: "n", fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } }] } },
          ],
          defaultMode: 0o644,
        },
      },
    ],
    ["image without a tag", { image: { reference: "quay.io/a/b" } }, { image: { reference: "quay.io/a/b", pullPolicy: "Always" } }],
    [
      "ephemeral",
      { ephemeral: { volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } } } },
      {
        ephemeral: {
          volumeClaimTemplate: {
            metadata: {},
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, volumeMode: "Filesystem" },
          },
        },
      },
    ],
  ])("%s", (_, given, complete) => {
    expect(volume(given)).toEqual(complete);
  });
});

describe("pods", () => {
  it("may do without a file that an environment variable comes from only where they say so (FileKeySelector, +default=false)", () => {
    const fileKeyRef = { volumeName: "v", path: "p", key: "k" };
    const container = { name: "c", image: "nginx:1.27", env: [{ name: "A", valueFrom: { fileKeyRef } }] };
    const [{ env }] = returnedPodSpec({ containers: [container] })["containers"] as [{ env: unknown }];
    expect(env).toEqual([{ name: "A", valueFrom: { fileKeyRef: { ...fileKeyRef, optional: false } } }]);
  });

  it("that are gated are so from the moment of their creation, and have a condition that nobody has probed", () => {
    expect(
      returned({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { containers: [], schedulingGates: [{ name: "a" }] } })[
        "status"
      ],
    ).toEqual({
      phase: "Pending",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          lastProbeTime: null,
          lastTransitionTime: "2023-11-14T22:13:20Z",
          reason: "SchedulingGated",
          message: "Scheduling is blocked due to non-empty scheduling gates",
        },
      ],
      qosClass: "BestEffort",
    });
  });

  it("request huge pages as their containers' limits say, unless they ask for others themselves (defaultHugePagePodLimits)", () => {
    const containers = [{ name: "c", image: "nginx:1.27", resources: { limits: { "hugepages-2Mi": "4Mi" } } }];
    expect(returnedPodSpec({ containers, resources: { limits: { cpu: "1" } } })["resources"]).toEqual({
      limits: { cpu: "1", "hugepages-2Mi": "4Mi" },
      requests: { cpu: "1", "hugepages-2Mi": "4Mi" },
    });
    const resources = { limits: { cpu: "1" }, requests: { "hugepages-2Mi": "8Mi" } };
    expect(returnedPodSpec({ containers, resources })["resources"]).toEqual({
      limits: { cpu: "1" },
      requests: { cpu: "1", "hugepages-2Mi": "8Mi" },
    });
  });

  it("get no pod-level limits from their containers: 1.36 fills in requests alone", () => {
    const containers = [{ name: "c", image: "nginx:1.27", resources: { limits: { cpu: "1", memory: "1Gi" } } }];
    expect(returnedPodSpec({ containers, resources: { requests: { cpu: "2" } } })["resources"]).toEqual({ requests: { cpu: "2" } });
  });

  it.each([
    ["docker.io/library/nginx:latest", "Always"],
    ["registry:5000/team/app", "Always"],
    ["registry:5000/team/app:v1", "IfNotPresent"],
    [`nginx@sha256:${"a".repeat(64)}`, "IfNotPresent"],
    // The reference cannot be parsed, so that it has no tag that could be "latest" (SetDefaults_Container ignores the error).
    ["Team/App:latest", "IfNotPresent"],
  ])("with image %s pull it %s", (image, policy) => {
    const [{ imagePullPolicy }] = returnedPodSpec({ containers: [{ name: "c", image }] })["containers"] as [{ imagePullPolicy: string }];
    expect(imagePullPolicy).toBe(policy);
  });
});

describe("AppArmor annotations of new pods", () => {
  const prefix = "container.apparmor.security.beta.kubernetes.io";
  const contexts = (annotations: Record<string, string>, fields: object = {}, container: object = {}) => {
    const spec = { containers: [{ name: "c", image: "nginx:1.27", ...container }], ...fields };
    const pod = returned({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", annotations }, spec });
    return (pod["spec"] as { containers: { securityContext?: object }[] }).containers.map(({ securityContext }) => securityContext);
  };

  it.each([
    ["unconfined", { type: "Unconfined" }],
    ["runtime/default", { type: "RuntimeDefault" }],
    ["localhost/strict", { type: "Localhost", localhostProfile: "strict" }],
  ])("%s becomes the field", (annotation, appArmorProfile) => {
    expect(contexts({ [`${prefix}/c`]: annotation })).toEqual([{ appArmorProfile }]);
  });

  it("leave fields that are there, what the pod says already, and other systems alone", () => {
    const strict = { [`${prefix}/c`]: "localhost/strict" };
    const own = { securityContext: { appArmorProfile: { type: "Unconfined" } } };
    expect(contexts(strict, {}, own)).toEqual([own.securityContext]);
    expect(contexts(strict, { securityContext: { appArmorProfile: { type: "Localhost", localhostProfile: "strict" } } })).toEqual([
      undefined,
    ]);
    expect(contexts(strict, { os: { name: "windows" } })).toEqual([undefined]);
    expect(contexts({ [`${prefix}/c`]: "nonsense" })).toEqual([undefined]);
  });

  it("are read once for pods of one template", () => {
    const annotations = { [`${prefix}/c`]: "unconfined" };
    const template = applyDefaults(
      decode({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "a", annotations },
        spec: { containers: [{ name: "c", image: "nginx:1.27" }] },
      }),
    );
    const [first, second] = ["a", "b"].map(
      (name) => (prepareForCreate({ ...template, metadata: { ...template.metadata, name } }, { uid: name }) as Pod).spec,
    );
    expect(first).toBe(second);
  });
});

describe("templates of pods", () => {
  const template = (fields: object) =>
    (
      returned({ apiVersion: "v1", kind: "PodTemplate", metadata: { name: "t" }, template: { spec: { containers: [], ...fields } } })[
        "template"
      ] as {
        spec: Record<string, unknown>;
      }
    ).spec;

  it.each([
    ["serviceAccountName", { serviceAccountName: "new" }, "new"],
    ["serviceAccount", { serviceAccount: "old" }, "old"],
    ["both", { serviceAccountName: "new", serviceAccount: "old" }, "new"],
  ])("name their account in both fields where they give %s (Convert_core_PodSpec_To_v1_PodSpec)", (_, given, account) => {
    expect(template(given)).toMatchObject({ serviceAccountName: account, serviceAccount: account });
  });

  it("have the defaults of specs but none of those that pods proper have, and count generations", () => {
    const spec = template({ containers: [{ name: "c", image: "nginx", resources: { limits: { cpu: "1" } } }], hostNetwork: true });
    expect(spec).toMatchObject({
      restartPolicy: "Always",
      dnsPolicy: "ClusterFirst",
      containers: [{ resources: { limits: { cpu: "1" } } }],
    });
    expect(spec).not.toHaveProperty("enableServiceLinks");
    expect(spec).not.toHaveProperty("serviceAccountName");
    const { metadata } = returned({
      apiVersion: "v1",
      kind: "PodTemplate",
      metadata: { name: "t" },
      template: { spec: { containers: [] } },
    });
    expect(metadata).toEqual({ name: "t", generation: 1 });
  });
});
