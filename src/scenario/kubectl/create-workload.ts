/** kubectl create deployment, job and cronjob: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/ */
import { type Arguments, flag, type Flag, required } from "./flags.js";
import { UsageError } from "./usage-error.js";

const image = flag("image", "list");

export const DEPLOYMENT_FLAGS: readonly Flag[] = [image, flag("replicas", "int32", { short: "r" }), flag("port", "int32")];
export const CRON_JOB_FLAGS: readonly Flag[] = [
  image,
  flag("schedule", "text"),
  flag("restart", "text", { values: ["OnFailure", "Never"] }),
];

function commandOf(given: Arguments): { readonly command?: readonly string[] } {
  return given.afterDashes.length === 0 ? {} : { command: given.afterDashes.map(({ text }) => text) };
}

/** The name that kubectl gives a container: its image's last part. */
function containerNameOf(image: string): string {
  return (image.split("/").at(-1) ?? image).split(/[:@]/)[0];
}

export function buildDeployment(name: string, given: Arguments) {
  const images = given.list("image");
  if (images.length === 0) throw new UsageError('required flag(s) "image" not set');
  const port = given.integer("port");
  const labels = { app: name };
  const containers = images.map((image, index) => ({
    name: containerNameOf(image),
    image,
    ...(index === 0 && port !== undefined && { ports: [{ containerPort: port }] }),
    ...commandOf(given),
  }));
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels },
    spec: {
      replicas: given.integer("replicas") ?? 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

export function buildJob(name: string, given: Arguments) {
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec: jobSpec(name, given, "Never") };
}

function jobSpec(name: string, given: Arguments, restartPolicy: string) {
  return { template: { spec: { restartPolicy, containers: [{ name, image: required(given, "image"), ...commandOf(given) }] } } };
}

export function buildCronJob(name: string, given: Arguments) {
  const restartPolicy = given.text("restart") ?? "OnFailure";
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name },
    spec: { schedule: required(given, "schedule"), jobTemplate: { metadata: { name }, spec: jobSpec(name, given, restartPolicy) } },
  };
}
