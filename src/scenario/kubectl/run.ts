/** kubectl run: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_run/ */
import type { Pod } from "../../api/types/pod.js";
import { flag } from "./flags.js";
import { createOne } from "./manifests.js";
import { mergeStrategically } from "./strategic-merge.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

export const run: Verb = {
  name: "run",
  flags: [
    flag("image", "text"),
    flag("port", "integer"),
    flag("labels", "list", { short: "l" }),
    flag("env", "texts"),
    flag("annotations", "texts"),
    flag("restart", "text", { values: ["Always", "OnFailure", "Never"] }),
    flag("command", "boolean"),
    flag("image-pull-policy", "text", { values: ["Always", "IfNotPresent", "Never"] }),
    flag("overrides", "text"),
    flag("grace-period", "integer"),
  ],
  prepare(given, context) {
    const word = given.positional.at(0);
    if (word === undefined) throw new UsageError("NAME is required for run");
    const image = given.text("image");
    if (image === undefined) throw new UsageError("--image is required");
    const words = given.afterDashes.map(({ text }) => text);
    const pair = (text: string): [string, string] => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)];
    const port = given.integer("port");
    const restartPolicy = given.text("restart");
    const annotations = given.texts("annotations");
    const pullPolicy = given.text("image-pull-policy");
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: word.text,
        namespace: context.namespace,
        labels: given.has("labels") ? Object.fromEntries(given.list("labels").map(pair)) : { run: word.text },
        ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations.map(pair)) }),
      },
      spec: {
        containers: [
          {
            name: word.text,
            image,
            ...(port !== undefined && { ports: [{ containerPort: port }] }),
            ...(given.has("env") && { env: given.texts("env").map((text) => ({ name: pair(text)[0], value: pair(text)[1] })) }),
            ...(words.length > 0 && (given.isSet("command") ? { command: words } : { args: words })),
            ...(pullPolicy !== undefined && { imagePullPolicy: pullPolicy as "Always" }),
          },
        ],
        ...(restartPolicy !== undefined && { restartPolicy: restartPolicy as "Never" }),
      },
    };
    const overrides = given.text("overrides");
    const wanted = overrides === undefined ? pod : (mergeStrategically(pod, parseOverrides(overrides)) as Pod);
    return (session) => createOne(session, wanted);
  },
};

function parseOverrides(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--overrides: must be JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
