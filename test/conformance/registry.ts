/** Which module checks which kind of golden case. Loaded when first needed: a run over one kind does not pay for the others. */

/**
 * Compares the simulator with one case; each difference is a line of text, none means that the case passes. Where a folder is given,
 * what the simulator produced may be written there.
 */
export type Check = (testCase: unknown, dump?: string) => readonly string[] | Promise<readonly string[]>;

/** Each module declares the shape of the cases that it reads. */
interface Checker {
  readonly check: (testCase: never, dump?: string) => ReturnType<Check>;
  /** What there is to say, besides differences, of all cases that were checked. */
  readonly remark?: () => string | undefined;
}
type CheckerModule = Promise<Checker>;

const MODULES: Readonly<Record<string, () => CheckerModule>> = {
  "apiserver-answers": () => import("./apiserver-answers.js"),
  admission: () => import("./admission.js"),
  backoff: () => import("./backoff.js"),
  cgroup: () => import("./cgroup.js"),
  config: () => import("./config.js"),
  "control-plane-timeline": () => import("./control-plane-timeline.js"),
  "config-invalid": () => import("./config-invalid.js"),
  "cronjob-schedule": () => import("./cronjob-schedule.js"),
  eviction: () => import("./eviction.js"),
  hash: () => import("./hash.js"),
  "hpa-decisions": () => import("./hpa-decisions.js"),
  images: () => import("./images.js"),
  "network-proxy": () => import("./network-proxy.js"),
  "node-allocatable": () => import("./node-allocatable.js"),
  placement: () => import("./placement.js"),
  podstatus: () => import("./podstatus.js"),
  preemption: () => import("./preemption.js"),
  probe: () => import("./probe.js"),
  qos: () => import("./qos.js"),
  quantity: () => import("./quantity.js"),
  queue: () => import("./queue.js"),
  "renew-to-unknown": () => import("./renew-to-unknown.js"),
  sequence: () => import("./sequence.js"),
  single: () => import("./single.js"),
  termination: () => import("./termination.js"),
  validation: () => import("./validation.js"),
};

/** The check for a kind, or undefined where there is none. */
export async function checkerOf(kind: string): Promise<Check | undefined> {
  const load = MODULES[kind];
  return load === undefined ? undefined : ((await load()).check as Check);
}

/** What a kind has to say of the cases that were checked; undefined for nothing. */
export async function remarkOf(kind: string): Promise<string | undefined> {
  return (await MODULES[kind]?.())?.remark?.();
}
