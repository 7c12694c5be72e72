import { describe, expect, it } from "vitest";
import type { Kind } from "../../../src/api/kinds.js";
import type { ApiObject } from "../../../src/api/types/meta.js";
import { MINUTE } from "../../../src/engine/simulation.js";
import { tableLines } from "../../../src/scenario/kubectl/object-table.js";
import { EPOCH } from "../memory-cluster.js";

/** The table of one object, five minutes after it was created; the titles and cells are those of kubectl 1.36. */
function tableOf(kind: Kind, content: object, wide = false): readonly (readonly string[])[] {
  const { metadata = {}, ...rest } = content as { metadata?: object };
  const object = { apiVersion: "v1", kind, metadata: { name: "x", namespace: "dev", creationTimestamp: EPOCH, ...metadata }, ...rest };
  return tableLines(kind, [object as ApiObject], EPOCH + 5 * MINUTE, { wide }).map((line) => line.split(/ {3,}/));
}

const OWNER = { apiVersion: "apps/v1", kind: "DaemonSet", name: "logs", uid: "u", controller: true };

describe("the columns of", () => {
  it.each([
    ["Role", {}, ["NAME", "CREATED AT"], ["x", "2026-01-01T00:00:00Z"]],
    ["ServiceAccount", {}, ["NAME", "SECRETS", "AGE"], ["x", "0", "5m"]],
    ["RoleBinding", { roleRef: { kind: "ClusterRole", name: "view" } }, ["NAME", "ROLE", "AGE"], ["x", "ClusterRole/view", "5m"]],
    ["NetworkPolicy", { spec: { podSelector: { matchLabels: { app: "db" } } } }, ["NAME", "POD-SELECTOR", "AGE"], ["x", "app=db", "5m"]],
    [
      "ControllerRevision",
      { metadata: { ownerReferences: [OWNER] }, revision: 3 },
      ["NAME", "CONTROLLER", "REVISION", "AGE"],
      ["x", "daemonset.apps/logs", "3", "5m"],
    ],
    [
      "VolumeAttachment",
      { spec: { attacher: "ebs.csi.aws.com", nodeName: "worker-1", source: { persistentVolumeName: "pv-1" } }, status: { attached: true } },
      ["NAME", "ATTACHER", "PV", "NODE", "ATTACHED", "AGE"],
      ["x", "ebs.csi.aws.com", "pv-1", "worker-1", "true", "5m"],
    ],
    [
      "PersistentVolumeClaim",
      {
        spec: { volumeName: "pv-1", storageClassName: "fast" },
        status: { phase: "Bound", capacity: { storage: "8Gi" }, accessModes: ["ReadWriteOnce"] },
      },
      ["NAME", "STATUS", "VOLUME", "CAPACITY", "ACCESS MODES", "STORAGECLASS", "VOLUMEATTRIBUTESCLASS", "AGE"],
      ["x", "Bound", "pv-1", "8Gi", "RWO", "fast", "<unset>", "5m"],
    ],
    [
      "StorageClass",
      { metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } }, provisioner: "ebs.csi.aws.com" },
      ["NAME", "PROVISIONER", "RECLAIMPOLICY", "VOLUMEBINDINGMODE", "ALLOWVOLUMEEXPANSION", "AGE"],
      ["x (default)", "ebs.csi.aws.com", "Delete", "Immediate", "false", "5m"],
    ],
    [
      "IngressClass",
      { spec: { controller: "k8s.io/ingress-nginx", parameters: { apiGroup: "example.com", kind: "Parameters", name: "p" } } },
      ["NAME", "CONTROLLER", "PARAMETERS", "AGE"],
      ["x", "k8s.io/ingress-nginx", "Parameters.example.com/p", "5m"],
    ],
    [
      "PodTemplate",
      { template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "nginx" }] } } },
      ["NAME", "CONTAINERS", "IMAGES", "POD LABELS"],
      ["x", "c", "nginx", "app=web"],
    ],
  ] as const)("%s", (kind, content, titles, cells) => {
    expect(tableOf(kind, content)).toEqual([titles, cells]);
  });

  it("bindings show whom they bind with -o wide", () => {
    const binding = {
      roleRef: { kind: "Role", name: "r" },
      subjects: [
        { kind: "User", name: "ann" },
        { kind: "User", name: "bob" },
        { kind: "Group", name: "devs" },
        { kind: "ServiceAccount", name: "bot", namespace: "dev" },
      ],
    };
    expect(tableOf("RoleBinding", binding, true)[1]).toEqual(["x", "Role/r", "5m", "ann, bob", "devs", "dev/bot"]);
  });
});
