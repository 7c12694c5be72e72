/** The opcodes of scheduler_perf: the fields that an operation of each may have, and how it is read. */
import { MILLISECOND } from "../../../engine/simulation.js";
import { CREATE_PODS_FIELDS, readCreatePods } from "./create-pods.js";
import type { Fields } from "./fields.js";
import type { NodeAllocatable, Operation } from "./operation.js";
import { COUNT_FIELDS, type OperationValues } from "./operation-values.js";

interface Opcode {
  readonly fields: readonly string[];
  readonly read: (values: OperationValues, fields: Fields) => Operation | undefined;
}

/** Interval of a churn that names none. Source: churnOp in test/integration/scheduler_perf/operations.go */
const DEFAULT_CHURN_INTERVAL = 500;

/** Opcodes that need what is not there. */
export const NOT_SIMULATED: Readonly<Partial<Record<string, string>>> = {
  createResourceDriver: "dynamic resource allocation is",
  createResourceClaims: "dynamic resource allocation is",
  allocResourceClaims: "dynamic resource allocation is",
  waitForPodGroups: "pod groups are",
};

/** What a CSI driver can attach, of the values of csiNodeAllocatable. */
function limitOf(given: unknown): number {
  const count = (given as { readonly count?: unknown } | null)?.count;
  return typeof count === "number" ? count : 0;
}

function nodeAllocatable(fields: Fields): NodeAllocatable {
  fields.allow(["nodeAllocatable", "csiNodeAllocatable", "migratedPlugins"]);
  return {
    resources: fields.texts("nodeAllocatable"),
    csiLimits: Object.fromEntries(Object.entries(fields.map("csiNodeAllocatable")).map(([driver, given]) => [driver, limitOf(given)])),
    migratedPlugins: fields.list("migratedPlugins").map(String),
  };
}

/** Every opcode that can be run, with its fields. */
export const OPCODES: Readonly<Record<string, Opcode>> = {
  createNodes: {
    fields: [
      ...COUNT_FIELDS,
      "nodeTemplatePath",
      "templateParams",
      "nodeAllocatableStrategy",
      "labelNodePrepareStrategy",
      "uniqueNodeLabelStrategy",
    ],
    read: (values, fields) => {
      const template = fields.has("nodeTemplatePath") ? values.template(fields, "nodeTemplatePath") : undefined;
      const label = fields.has("labelNodePrepareStrategy") ? fields.child("labelNodePrepareStrategy") : undefined;
      const unique = fields.has("uniqueNodeLabelStrategy") ? fields.child("uniqueNodeLabelStrategy") : undefined;
      return {
        opcode: "createNodes",
        count: values.count(fields),
        ...(template !== undefined && { template }),
        ...(label !== undefined && { label: { key: label.text("labelKey"), values: label.list("labelValues").map(String) } }),
        ...(unique !== undefined && { uniqueLabel: unique.text("labelKey") }),
        ...(fields.has("nodeAllocatableStrategy") && { allocatable: nodeAllocatable(fields.child("nodeAllocatableStrategy")) }),
      };
    },
  },
  createNamespaces: {
    fields: [...COUNT_FIELDS, "prefix", "namespaceTemplatePath"],
    read: (values, fields) => {
      const template = fields.has("namespaceTemplatePath") ? values.template(fields, "namespaceTemplatePath") : undefined;
      return {
        opcode: "createNamespaces",
        prefix: fields.text("prefix"),
        count: values.count(fields),
        ...(template !== undefined && { template }),
      };
    },
  },
  createPods: { fields: CREATE_PODS_FIELDS, read: readCreatePods },
  createPodSets: {
    fields: [...COUNT_FIELDS, "namespacePrefix", "createPodsOp"],
    read: (values, fields) => {
      const inner = fields.child("createPodsOp");
      inner.allow(["opcode", ...CREATE_PODS_FIELDS]);
      const createPods = readCreatePods(values, inner);
      const count = values.count(fields);
      const namespacePrefix = fields.text("namespacePrefix");
      return createPods === undefined ? undefined : { opcode: "createPodSets", count, namespacePrefix, createPods };
    },
  },
  churn: {
    fields: ["mode", "number", "intervalMilliseconds", "namespace", "templatePaths"],
    read: (values, fields) => {
      const mode = fields.text("mode");
      if (mode !== "create" && mode !== "recreate") {
        fields.wrong(["mode"], `Unsupported value: "${mode}": must be create or recreate`);
        return undefined;
      }
      const number = fields.optionalNumber("number") ?? 0;
      if (mode === "recreate" && number === 0)
        fields.wrong(["number"], "Invalid value: 0: must be above 0 where mode is recreate", "parent");
      const namespace = fields.optionalText("namespace");
      const interval = (fields.optionalNumber("intervalMilliseconds") ?? DEFAULT_CHURN_INTERVAL) * MILLISECOND;
      return {
        opcode: "churn",
        mode,
        number,
        interval,
        templates: values.templates(fields, "templatePaths"),
        ...(namespace !== undefined && { namespace }),
      };
    },
  },
  barrier: {
    fields: ["namespaces", "labelSelector", "stageRequirement"],
    read: (_values, fields) => {
      const stage = fields.text("stageRequirement", "Scheduled");
      if (stage !== "Scheduled" && stage !== "Attempted") {
        fields.wrong(["stageRequirement"], `Unsupported value: "${stage}": must be Scheduled or Attempted`);
        return undefined;
      }
      return { opcode: "barrier", namespaces: fields.list("namespaces").map(String), labelSelector: fields.texts("labelSelector"), stage };
    },
  },
  sleep: { fields: ["duration", "durationParam"], read: (values, fields) => ({ opcode: "sleep", duration: values.duration(fields) }) },
  startCollectingMetrics: {
    fields: ["name", "namespaces", "labelSelector"],
    read: (_values, fields) => {
      const namespaces = fields.list("namespaces").map(String);
      if (namespaces.length === 0) fields.wrong(["namespaces"], "Required value: must name at least one namespace", "parent");
      return {
        opcode: "startCollectingMetrics",
        name: fields.optionalText("name") ?? "",
        namespaces,
        labelSelector: fields.texts("labelSelector"),
      };
    },
  },
  stopCollectingMetrics: { fields: [], read: () => ({ opcode: "stopCollectingMetrics" }) },
  deletePods: {
    fields: ["namespace", "labelSelector", "deletePodsPerSecond", "skipWaitToCompletion"],
    read: (_values, fields) => ({
      opcode: "deletePods",
      namespace: fields.text("namespace"),
      labelSelector: fields.texts("labelSelector"),
      perSecond: fields.optionalNumber("deletePodsPerSecond") ?? 0,
      skipWaitToCompletion: fields.flag("skipWaitToCompletion"),
    }),
  },
  createAny: {
    fields: [...COUNT_FIELDS, "namespace", "templatePath", "templateParams"],
    read: (values, fields) => {
      const template = values.template(fields, "templatePath");
      const namespace = fields.optionalText("namespace");
      const count = values.count(fields, 1);
      return template === undefined ? undefined : { opcode: "createAny", count, template, ...(namespace !== undefined && { namespace }) };
    },
  },
  updateAny: {
    fields: [...COUNT_FIELDS, "namespace", "templatePath", "templateParams", "updatePerSecond"],
    read: (values, fields) => {
      const template = values.template(fields, "templatePath");
      const namespace = fields.optionalText("namespace");
      const count = values.count(fields, 1);
      const perSecond = fields.optionalNumber("updatePerSecond") ?? 0;
      return template === undefined
        ? undefined
        : { opcode: "updateAny", count, template, perSecond, ...(namespace !== undefined && { namespace }) };
    },
  },
};
