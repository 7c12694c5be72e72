import { describe, expect, it } from "vitest";
import type { ApiObject } from "../../../src/api/types/index.js";
import { ADD, DELETE, UPDATE, type EventResource } from "../../../src/scheduler/framework/events.js";
import type { Plugin } from "../../../src/scheduler/framework/plugin.js";
import { PodInfo } from "../../../src/scheduler/framework/pod-info.js";
import { PodShapes } from "../../../src/scheduler/framework/pod-shape.js";
import { ResourceIndex } from "../../../src/scheduler/framework/resources.js";
import { NodeVolumeLimits } from "../../../src/scheduler/plugins/node-volume-limits.js";
import { VolumeBinding } from "../../../src/scheduler/plugins/volume-binding.js";
import { VolumeZone } from "../../../src/scheduler/plugins/volume-zone.js";
import { pod } from "../support/objects.js";

const object = pod(
  "waits",
  {},
  {
    volumes: [
      { name: "data", persistentVolumeClaim: { claimName: "data" } },
      { name: "inline", csi: { driver: "inline.example.com" } },
    ],
  },
);
const waiting = new PodInfo(object, new PodShapes(new ResourceIndex()).shapeOf(object));

const binding = new VolumeBinding({ bindTimeoutSeconds: 600 }, {} as never);
const zone = new VolumeZone({} as never);
const limits = new NodeVolumeLimits({} as never);

const withFields = (fields: object, name = "it", metadata: object = {}): ApiObject =>
  ({ metadata: { name, ...metadata }, ...fields }) as ApiObject;
const csiNode = (count?: number): ApiObject =>
  withFields({ spec: { drivers: [{ name: "d", nodeID: "n", ...(count !== undefined && { allocatable: { count } }) }] } });

/** Whether the plugin lets the pod be tried again after that change. */
function wakes(
  plugin: Plugin,
  resource: EventResource,
  actions: number,
  previous: ApiObject | undefined,
  current: ApiObject | undefined,
): boolean {
  return plugin.eventsToRegister!()
    .filter((registration) => registration.resource === resource && (registration.actions & actions) !== 0)
    .some(({ hint }) => hint === undefined || hint(waiting, previous, current) === "Queue");
}

describe("volume plugins hear of", () => {
  it.each<readonly [string, Plugin, EventResource, number, ApiObject | undefined, ApiObject | undefined, boolean]>([
    ["a storage class that is new", binding, "StorageClass", ADD, undefined, withFields({}), true],
    [
      "a storage class with other topologies",
      binding,
      "StorageClass",
      UPDATE,
      withFields({}),
      withFields({ allowedTopologies: [{}] }),
      true,
    ],
    ["no other change of a storage class", binding, "StorageClass", UPDATE, withFields({}), withFields({ reclaimPolicy: "Retain" }), false],
    ["capacity that grew", binding, "CSIStorageCapacity", UPDATE, withFields({ capacity: "1Gi" }), withFields({ capacity: "2Gi" }), true],
    [
      "no capacity that shrank",
      binding,
      "CSIStorageCapacity",
      UPDATE,
      withFields({ capacity: "2Gi" }),
      withFields({ capacity: "1Gi" }),
      false,
    ],
    [
      "capacity by the greatest volume, where it is told",
      binding,
      "CSIStorageCapacity",
      UPDATE,
      withFields({ capacity: "1Gi", maximumVolumeSize: "1Gi" }),
      withFields({ capacity: "9Gi", maximumVolumeSize: "1Gi" }),
      false,
    ],
    [
      "its own driver no longer counting capacity",
      binding,
      "CSIDriver",
      UPDATE,
      withFields({ spec: { storageCapacity: true } }, "inline.example.com"),
      withFields({ spec: { storageCapacity: false } }, "inline.example.com"),
      true,
    ],
    ["no other driver", binding, "CSIDriver", UPDATE, withFields({ spec: { storageCapacity: true } }), withFields({ spec: {} }), false],
    [
      "a migrated plugin",
      binding,
      "CSINode",
      UPDATE,
      csiNode(),
      { ...csiNode(), metadata: { name: "it", annotations: { "storage.alpha.kubernetes.io/migrated-plugins": "kubernetes.io/aws-ebs" } } },
      true,
    ],
    ["no limit, where it is about binding", binding, "CSINode", UPDATE, csiNode(1), csiNode(2), false],
    [
      "a volume in another zone",
      zone,
      "PersistentVolume",
      UPDATE,
      withFields({}),
      withFields({}, "it", { labels: { "topology.kubernetes.io/zone": "a" } }),
      true,
    ],
    [
      "no other label of a volume",
      zone,
      "PersistentVolume",
      UPDATE,
      withFields({}),
      withFields({}, "it", { labels: { tier: "gold" } }),
      false,
    ],
    ["a new node of a driver", limits, "CSINode", ADD, undefined, csiNode(1), true],
    ["a limit that rose", limits, "CSINode", UPDATE, csiNode(1), csiNode(2), true],
    ["no limit that fell", limits, "CSINode", UPDATE, csiNode(2), csiNode(1), false],
    ["a volume that was detached", limits, "VolumeAttachment", DELETE, withFields({}), undefined, true],
  ])("%s", (_what, plugin, resource, actions, previous, current, isWoken) => {
    expect(wakes(plugin, resource, actions, previous, current)).toBe(isWoken);
  });
});
