/** Resources that the scheduler leaves to extenders. Source: pkg/scheduler/scheduler.go (buildExtenders) */
import type { ExtenderConfiguration, ProfileConfiguration } from "./types.js";

const PLUGIN = "NodeResourcesFit";

/** The profile with the resources that extenders manage ignored by NodeResourcesFit, in place of those that it names itself. */
export function ignoringManaged(profile: ProfileConfiguration, extenders: readonly ExtenderConfiguration[]): ProfileConfiguration {
  const ignoredResources = extenders.flatMap(({ managedResources = [] }) =>
    managedResources.filter(({ ignoredByScheduler = false }) => ignoredByScheduler).map(({ name = "" }) => name),
  );
  if (ignoredResources.length === 0) return profile;
  const { pluginConfig = [] } = profile;
  const given = pluginConfig.find(({ name }) => name === PLUGIN);
  const changed = { name: PLUGIN, args: { ...given?.args, ignoredResources } };
  return {
    ...profile,
    pluginConfig: given === undefined ? [...pluginConfig, changed] : pluginConfig.map((entry) => (entry === given ? changed : entry)),
  };
}
