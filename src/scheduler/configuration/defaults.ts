/**
 * What stands where a KubeSchedulerConfiguration says nothing.
 *
 * Source: pkg/scheduler/apis/config/v1/defaults.go, k8s.io/component-base/config/v1alpha1/defaults.go
 */
import type { WrittenConfiguration, WrittenProfile } from "./decode.js";
import { defaultedArgs } from "./default-args.js";
import type { ExtenderConfiguration } from "./types.js";

const PARALLELISM = 16;
const INITIAL_BACKOFF_SECONDS = 1;
const MAX_BACKOFF_SECONDS = 10;
const CLIENT_CONNECTION = { contentType: "application/vnd.kubernetes.protobuf", qps: 50, burst: 100 };
const LEADER_ELECTION = {
  leaderElect: true,
  leaseDuration: "15s",
  renewDeadline: "10s",
  retryPeriod: "2s",
  resourceLock: "leases",
  resourceName: "kube-scheduler",
  resourceNamespace: "kube-system",
};

/** Name of the profile that there is where the configuration has none. */
export const DEFAULT_SCHEDULER_NAME = "default-scheduler";

export interface CompletedProfile {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: Readonly<
    Record<
      string,
      {
        readonly enabled?: readonly { readonly name?: string; readonly weight?: number }[];
        readonly disabled?: readonly { readonly name?: string }[];
      }
    >
  >;
  readonly pluginConfig: readonly { readonly name: string; readonly args: Readonly<Record<string, unknown>> }[];
}

export interface CompletedConfiguration {
  readonly parallelism: number;
  readonly percentageOfNodesToScore?: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  readonly clientConnection: { readonly qps: number; readonly burst: number };
  readonly leaderElection: typeof LEADER_ELECTION;
  readonly profiles: readonly CompletedProfile[];
  readonly extenders: readonly ExtenderConfiguration[];
}

/** Zero values count as absent, as in Go. */
function orDefaults<T extends object>(given: object | undefined, defaults: T): T {
  const values = Object.entries(given ?? {}).filter(([, value]) => value !== "" && value !== 0 && value !== "0s");
  return { ...defaults, ...Object.fromEntries(values) };
}

function completedProfile(profile: WrittenProfile, isOnly: boolean): CompletedProfile {
  const { schedulerName, pluginConfig = [], ...rest } = profile;
  return {
    ...rest,
    schedulerName: (schedulerName as string | undefined) ?? (isOnly ? DEFAULT_SCHEDULER_NAME : ""),
    pluginConfig: pluginConfig.map(({ name = "", args }) => {
      const given = (args ?? {}) as Readonly<Record<string, unknown>>;
      const complete = Object.hasOwn(defaultedArgs, name) ? defaultedArgs[name as keyof typeof defaultedArgs](given) : given;
      return { name, args: complete as Readonly<Record<string, unknown>> };
    }),
  };
}

export function completed(configuration: WrittenConfiguration): CompletedConfiguration {
  const { clientConnection, leaderElection, extenders, profiles = [], ...rest } = configuration;
  const given = profiles.length === 0 ? [{}] : profiles;
  return {
    parallelism: PARALLELISM,
    podInitialBackoffSeconds: INITIAL_BACKOFF_SECONDS,
    podMaxBackoffSeconds: MAX_BACKOFF_SECONDS,
    ...rest,
    clientConnection: orDefaults(clientConnection as object | undefined, CLIENT_CONNECTION),
    leaderElection: orDefaults(leaderElection as object | undefined, LEADER_ELECTION),
    profiles: given.map((profile) => completedProfile(profile, given.length === 1)),
    extenders: (extenders ?? []) as readonly ExtenderConfiguration[],
  };
}
