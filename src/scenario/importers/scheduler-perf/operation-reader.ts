/** Reads operations with the parameters of one workload filled in. */
import { parseDuration, TimeFormatError } from "../../../api/duration.js";
import type { ManifestDocument } from "../../../api/manifest/document.js";
import { MILLISECOND, type SimTime } from "../../../engine/simulation.js";
import { pathFrom } from "../../files.js";
import { mistakeAt, type Mistake, type Path } from "../../mistake.js";
import { suggestion } from "../../suggestion.js";
import { Fields } from "./fields.js";
import { ObjectTemplateFile, type TemplateParameters } from "./object-template-file.js";
import type { CreatePods, NodeAllocatable, Operation } from "./operation.js";

/** Interval of a churn that names none. Source: churnOp in test/integration/scheduler_perf/operations.go */
const DEFAULT_CHURN_INTERVAL = 500;

/** The pod where neither operation nor test case names a template. Source: makeBasePod in test/integration/scheduler_perf, MakePodSpec in test/utils */
const BASE_POD = ObjectTemplateFile.builtIn(`
apiVersion: v1
kind: Pod
metadata: {generateName: pod-}
spec:
  containers:
    - name: pause
      image: registry.k8s.io/pause:3.10
      ports: [{containerPort: 80}]
      resources:
        limits: {cpu: 100m, memory: 500Mi}
        requests: {cpu: 100m, memory: 500Mi}
`);

type Read = (reader: OperationReader, fields: Fields) => Operation | undefined;

interface Known {
  readonly fields: readonly string[];
  readonly read: Read;
}

const COUNT = ["count", "countParam"];

export class OperationReader {
  constructor(
    private readonly document: ManifestDocument,
    private readonly params: Readonly<Record<string, unknown>>,
    /** Of the workload. */
    private readonly workload: Path,
    private readonly defaultPodTemplate: string | undefined,
    private readonly mistakes: Mistake[],
  ) {}

  /** Undefined where something is wrong; that is among the mistakes then. */
  read(path: Path, value: unknown): Operation | undefined {
    const before = this.mistakes.length;
    const fields = new Fields(this.document, value, path, this.mistakes);
    const opcode = fields.text("opcode");
    if (this.mistakes.length > before) return undefined;
    const known = OPCODES[opcode];
    const notSimulated = NOT_SIMULATED[opcode];
    if (notSimulated !== undefined) {
      fields.wrong(["opcode"], `Unsupported value: "${opcode}": ${notSimulated} not simulated`);
      return undefined;
    }
    if (known === undefined) {
      fields.wrong(["opcode"], `Unsupported value: "${opcode}": ${suggestion(opcode, Object.keys(OPCODES))}`);
      return undefined;
    }
    fields.allow(["opcode", ...known.fields]);
    const operation = known.read(this, fields);
    return this.mistakes.length > before ? undefined : operation;
  }

  /** The value of `NAME` or, by `NAMEParam: $name`, that of a parameter. */
  private value(fields: Fields, name: string): unknown {
    const reference = fields.values[`${name}Param`];
    return reference === undefined ? fields.values[name] : this.param(fields, [`${name}Param`], reference);
  }

  private param(fields: Fields, field: Path, reference: unknown): unknown {
    if (typeof reference !== "string" || !reference.startsWith("$")) {
      fields.wrong(field, `Invalid value: ${JSON.stringify(reference)}: must be the name of a parameter after a $`);
      return undefined;
    }
    const name = reference.slice(1);
    if (Object.hasOwn(this.params, name)) return this.params[name];
    this.mistakes.push(
      mistakeAt(this.document, {
        path: [...this.workload, "params"],
        at: "value",
        message: `has no parameter "${name}", which an operation asks for`,
      }),
    );
    return undefined;
  }

  count(fields: Fields, fallback?: number): number {
    const value = this.value(fields, "count") ?? fallback;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    if (value !== undefined) fields.wrong(["count"], `Invalid value: ${JSON.stringify(value)}: must be a whole number`);
    else if (!fields.has("countParam")) fields.wrong(["count"], "Required value: must be given, or countParam", "parent");
    return 0;
  }

  /** A whole number of `NAME` or a parameter; undefined where there is neither. */
  optionalCount(fields: Fields, name: string): number | undefined {
    const value = this.value(fields, name);
    if (value === undefined || (typeof value === "number" && Number.isInteger(value) && value >= 0)) return value;
    fields.wrong([name], `Invalid value: ${JSON.stringify(value)}: must be a whole number`);
    return undefined;
  }

  flag(fields: Fields, name: string): boolean {
    const value = this.value(fields, name) ?? false;
    if (typeof value !== "boolean") fields.wrong([name], `Invalid value: ${JSON.stringify(value)}: must be true or false`);
    return value === true;
  }

  duration(fields: Fields): SimTime {
    const value = this.value(fields, "duration");
    try {
      if (typeof value === "string") return parseDuration(value);
    } catch (error) {
      if (!(error instanceof TimeFormatError)) throw error;
    }
    fields.wrong(["duration"], `Invalid value: ${JSON.stringify(value)}: must be a duration such as 5s`);
    return 0;
  }

  template(fields: Fields, name: string, fallback?: string): ObjectTemplateFile | undefined {
    const path = fields.optionalPath(name) ?? fallback;
    if (path === undefined) {
      fields.wrong([name], "Required value: must be the path of a manifest", "parent");
      return undefined;
    }
    const parameters = Object.entries(fields.map("templateParams")).map(([key, value]) => [
      key,
      typeof value === "string" && value.startsWith("$") ? this.param(fields, ["templateParams", key], value) : value,
    ]);
    return ObjectTemplateFile.read(path, Object.fromEntries(parameters) as TemplateParameters, this.mistakes);
  }

  templates(fields: Fields, name: string): readonly ObjectTemplateFile[] {
    const paths = fields.list(name);
    if (paths.length === 0) fields.wrong([name], "Required value: must name at least one manifest", "parent");
    return paths.flatMap((path) => ObjectTemplateFile.read(pathFrom(this.document.file, String(path)), {}, this.mistakes) ?? []);
  }

  createPods(fields: Fields): CreatePods | undefined {
    const isNamed = fields.has("podTemplatePath") || this.defaultPodTemplate !== undefined;
    const template = isNamed ? this.template(fields, "podTemplatePath", this.defaultPodTemplate) : BASE_POD;
    const namespace = fields.optionalText("namespace");
    const collectMetrics = fields.flag("collectMetrics");
    const skipWaitToCompletion = fields.flag("skipWaitToCompletion");
    if (collectMetrics && skipWaitToCompletion)
      fields.wrong(["collectMetrics"], "Invalid value: true: cannot be together with skipWaitToCompletion");
    const count = this.count(fields);
    const steadyStateDuration = this.steadyState(fields, skipWaitToCompletion);
    const volume = this.volume(fields);
    const signatureBatchSize = this.optionalCount(fields, "signatureBatchSize");
    if (template === undefined) return undefined;
    return {
      opcode: "createPods",
      count: count * this.multiplier(fields),
      template,
      collectMetrics,
      skipWaitToCompletion,
      ...(namespace !== undefined && { namespace }),
      ...(steadyStateDuration !== undefined && { steadyStateDuration }),
      ...(volume !== undefined && { volume }),
      ...(signatureBatchSize !== undefined && signatureBatchSize > 0 && { signatureBatchSize }),
    };
  }

  private multiplier(fields: Fields): number {
    if (!fields.has("countMultiplierParam")) return 1;
    const value = this.param(fields, ["countMultiplierParam"], fields.values["countMultiplierParam"]);
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    if (value !== undefined) fields.wrong(["countMultiplierParam"], `Invalid value: ${JSON.stringify(value)}: must be a whole number`);
    return 0;
  }

  private steadyState(fields: Fields, skipWaitToCompletion: boolean): SimTime | undefined {
    if (!this.flag(fields, "steadyState")) return undefined;
    if (skipWaitToCompletion) fields.wrong(["steadyState"], "Invalid value: true: cannot be together with skipWaitToCompletion", "parent");
    const duration = this.duration(fields);
    if (duration === 0) fields.wrong(["duration"], "Invalid value: must be above 0 in a steady state", "parent");
    return duration;
  }

  private volume(fields: Fields): CreatePods["volume"] {
    if (!fields.has("persistentVolumeTemplatePath") && !fields.has("persistentVolumeClaimTemplatePath")) return undefined;
    const volume = this.template(fields, "persistentVolumeTemplatePath");
    const claim = this.template(fields, "persistentVolumeClaimTemplatePath");
    return volume === undefined || claim === undefined ? undefined : { volume, claim };
  }
}

const POD_FIELDS = [
  ...COUNT,
  "countMultiplierParam",
  "namespace",
  "podTemplatePath",
  "templateParams",
  "collectMetrics",
  "skipWaitToCompletion",
  "steadyState",
  "steadyStateParam",
  "duration",
  "durationParam",
  "persistentVolumeTemplatePath",
  "persistentVolumeClaimTemplatePath",
  "signatureBatchSize",
  "signatureBatchSizeParam",
];

/** Opcodes of scheduler_perf that need what is not there. */
const NOT_SIMULATED: Readonly<Partial<Record<string, string>>> = {
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
const OPCODES: Readonly<Record<string, Known>> = {
  createNodes: {
    fields: [
      ...COUNT,
      "nodeTemplatePath",
      "templateParams",
      "nodeAllocatableStrategy",
      "labelNodePrepareStrategy",
      "uniqueNodeLabelStrategy",
    ],
    read: (reader, fields) => {
      const template = fields.has("nodeTemplatePath") ? reader.template(fields, "nodeTemplatePath") : undefined;
      const label = fields.has("labelNodePrepareStrategy") ? fields.child("labelNodePrepareStrategy") : undefined;
      const unique = fields.has("uniqueNodeLabelStrategy") ? fields.child("uniqueNodeLabelStrategy") : undefined;
      return {
        opcode: "createNodes",
        count: reader.count(fields),
        ...(template !== undefined && { template }),
        ...(label !== undefined && { label: { key: label.text("labelKey"), values: label.list("labelValues").map(String) } }),
        ...(unique !== undefined && { uniqueLabel: unique.text("labelKey") }),
        ...(fields.has("nodeAllocatableStrategy") && { allocatable: nodeAllocatable(fields.child("nodeAllocatableStrategy")) }),
      };
    },
  },
  createNamespaces: {
    fields: [...COUNT, "prefix", "namespaceTemplatePath"],
    read: (reader, fields) => {
      const template = fields.has("namespaceTemplatePath") ? reader.template(fields, "namespaceTemplatePath") : undefined;
      return {
        opcode: "createNamespaces",
        prefix: fields.text("prefix"),
        count: reader.count(fields),
        ...(template !== undefined && { template }),
      };
    },
  },
  createPods: { fields: POD_FIELDS, read: (reader, fields) => reader.createPods(fields) },
  createPodSets: {
    fields: [...COUNT, "namespacePrefix", "createPodsOp"],
    read: (reader, fields) => {
      const inner = fields.child("createPodsOp");
      inner.allow(["opcode", ...POD_FIELDS]);
      const createPods = reader.createPods(inner);
      const count = reader.count(fields);
      const namespacePrefix = fields.text("namespacePrefix");
      return createPods === undefined ? undefined : { opcode: "createPodSets", count, namespacePrefix, createPods };
    },
  },
  churn: {
    fields: ["mode", "number", "intervalMilliseconds", "namespace", "templatePaths"],
    read: (reader, fields) => {
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
        templates: reader.templates(fields, "templatePaths"),
        ...(namespace !== undefined && { namespace }),
      };
    },
  },
  barrier: {
    fields: ["namespaces", "labelSelector", "stageRequirement"],
    read: (_reader, fields) => {
      const stage = fields.text("stageRequirement", "Scheduled");
      if (stage !== "Scheduled" && stage !== "Attempted") {
        fields.wrong(["stageRequirement"], `Unsupported value: "${stage}": must be Scheduled or Attempted`);
        return undefined;
      }
      return { opcode: "barrier", namespaces: fields.list("namespaces").map(String), labelSelector: fields.texts("labelSelector"), stage };
    },
  },
  sleep: { fields: ["duration", "durationParam"], read: (reader, fields) => ({ opcode: "sleep", duration: reader.duration(fields) }) },
  startCollectingMetrics: {
    fields: ["name", "namespaces", "labelSelector"],
    read: (_reader, fields) => {
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
    read: (_reader, fields) => ({
      opcode: "deletePods",
      namespace: fields.text("namespace"),
      labelSelector: fields.texts("labelSelector"),
      perSecond: fields.optionalNumber("deletePodsPerSecond") ?? 0,
      skipWaitToCompletion: fields.flag("skipWaitToCompletion"),
    }),
  },
  createAny: {
    fields: [...COUNT, "namespace", "templatePath", "templateParams"],
    read: (reader, fields) => {
      const template = reader.template(fields, "templatePath");
      const namespace = fields.optionalText("namespace");
      const count = reader.count(fields, 1);
      return template === undefined ? undefined : { opcode: "createAny", count, template, ...(namespace !== undefined && { namespace }) };
    },
  },
  updateAny: {
    fields: [...COUNT, "namespace", "templatePath", "templateParams", "updatePerSecond"],
    read: (reader, fields) => {
      const template = reader.template(fields, "templatePath");
      const namespace = fields.optionalText("namespace");
      const count = reader.count(fields, 1);
      const perSecond = fields.optionalNumber("updatePerSecond") ?? 0;
      return template === undefined
        ? undefined
        : { opcode: "updateAny", count, template, perSecond, ...(namespace !== undefined && { namespace }) };
    },
  },
};
