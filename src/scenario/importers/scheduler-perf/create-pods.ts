/** Reads the operations that create pods. */
import type { SimTime } from "../../../engine/simulation.js";
import type { Fields } from "./fields.js";
import { ObjectTemplateFile } from "./object-template-file.js";
import type { CreatePods } from "./operation.js";
import { COUNT_FIELDS, type OperationValues } from "./operation-values.js";

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

export const CREATE_PODS_FIELDS = [
  ...COUNT_FIELDS,
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

/** Undefined where its template cannot be read. */
export function readCreatePods(values: OperationValues, fields: Fields): CreatePods | undefined {
  const isNamed = fields.has("podTemplatePath") || values.defaultPodTemplate !== undefined;
  const template = isNamed ? values.template(fields, "podTemplatePath", values.defaultPodTemplate) : BASE_POD;
  const namespace = fields.optionalText("namespace");
  const collectMetrics = fields.flag("collectMetrics");
  const skipWaitToCompletion = fields.flag("skipWaitToCompletion");
  if (collectMetrics && skipWaitToCompletion)
    fields.wrong(["collectMetrics"], "Invalid value: true: cannot be together with skipWaitToCompletion");
  const count = values.count(fields);
  const steadyStateDuration = steadyStateOf(values, fields, skipWaitToCompletion);
  const volume = volumeOf(values, fields);
  const signatureBatchSize = values.optionalCount(fields, "signatureBatchSize");
  if (template === undefined) return undefined;
  return {
    opcode: "createPods",
    count: count * multiplierOf(values, fields),
    template,
    collectMetrics,
    skipWaitToCompletion,
    ...(namespace !== undefined && { namespace }),
    ...(steadyStateDuration !== undefined && { steadyStateDuration }),
    ...(volume !== undefined && { volume }),
    ...(signatureBatchSize !== undefined && signatureBatchSize > 0 && { signatureBatchSize }),
  };
}

function multiplierOf(values: OperationValues, fields: Fields): number {
  if (!fields.has("countMultiplierParam")) return 1;
  const value = values.param(fields, ["countMultiplierParam"], fields.values["countMultiplierParam"]);
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  if (value !== undefined) fields.wrong(["countMultiplierParam"], `Invalid value: ${JSON.stringify(value)}: must be a whole number`);
  return 0;
}

function steadyStateOf(values: OperationValues, fields: Fields, skipWaitToCompletion: boolean): SimTime | undefined {
  if (!values.flag(fields, "steadyState")) return undefined;
  if (skipWaitToCompletion) fields.wrong(["steadyState"], "Invalid value: true: cannot be together with skipWaitToCompletion", "parent");
  const duration = values.duration(fields);
  if (duration === 0) fields.wrong(["duration"], "Invalid value: must be above 0 in a steady state", "parent");
  return duration;
}

function volumeOf(values: OperationValues, fields: Fields): CreatePods["volume"] {
  if (!fields.has("persistentVolumeTemplatePath") && !fields.has("persistentVolumeClaimTemplatePath")) return undefined;
  const volume = values.template(fields, "persistentVolumeTemplatePath");
  const claim = values.template(fields, "persistentVolumeClaimTemplatePath");
  return volume === undefined || claim === undefined ? undefined : { volume, claim };
}
