/**
 * The extenders that a configuration names, ready to be asked.
 *
 * Source: pkg/scheduler/scheduler.go (buildExtenders), pkg/scheduler/extender.go (makeTransport)
 */
import { readFileSync } from "node:fs";
import { parseDuration } from "../../api/duration.js";
import { MILLISECOND } from "../../engine/simulation.js";
import { SchedulerConfigurationError } from "../configuration/configuration-error.js";
import type { ExtenderConfiguration, SchedulerConfiguration } from "../configuration/types.js";
import type { Extender } from "./extender.js";
import { HttpExtender } from "./http-extender.js";
import { SynchronousHttp, type HttpSettings, type TlsOptions } from "./synchronous-http.js";

/** DefaultExtenderTimeout, in milliseconds. */
const DEFAULT_TIMEOUT = 5_000;

/**
 * In the order in which they are asked: those that may not fail first. Connections are made with the first request.
 *
 * @param http makes the client of each; where it is absent, requests leave this process
 * @throws SchedulerConfigurationError where a certificate or key cannot be read
 */
export function connectExtenders(
  { extenders = [] }: SchedulerConfiguration,
  http = (settings: HttpSettings): SynchronousHttp => new SynchronousHttp(settings),
): readonly Extender[] {
  const connected = extenders.map(
    (configuration, i) => new HttpExtender(configuration, http({ timeout: timeoutOf(configuration), tls: tlsOf(configuration, i) })),
  );
  return [...connected.filter(({ settings }) => !settings.isIgnorable), ...connected.filter(({ settings }) => settings.isIgnorable)];
}

function timeoutOf({ httpTimeout }: ExtenderConfiguration): number {
  const timeout = httpTimeout === undefined ? 0 : parseDuration(httpTimeout) / MILLISECOND;
  return timeout === 0 ? DEFAULT_TIMEOUT : timeout;
}

/** An extender over HTTPS for which no certificate authority is given is not verified. */
function tlsOf({ enableHTTPS = false, tlsConfig = {} }: ExtenderConfiguration, index: number): TlsOptions {
  const path = ["extenders", index, "tlsConfig"];
  const read = (file = "", data = "", field: string): Uint8Array | undefined => {
    if (data !== "") return Buffer.from(data, "base64");
    if (file === "") return undefined;
    try {
      return readFileSync(file);
    } catch (error) {
      const message = `${file}: ${error instanceof Error ? error.message : String(error)}`;
      throw new SchedulerConfigurationError(`extenders[${index}].tlsConfig.${field}: ${message}`, "start", [
        { path: [...path, field], message },
      ]);
    }
  };
  const { insecure = false, serverName = "" } = tlsConfig;
  const ca = read(tlsConfig.caFile, tlsConfig.caData, "caFile");
  const cert = read(tlsConfig.certFile, tlsConfig.certData, "certFile");
  const key = read(tlsConfig.keyFile, tlsConfig.keyData, "keyFile");
  if (ca !== undefined && insecure) {
    const message = "specifying a root certificates file with the insecure flag is not allowed";
    throw new SchedulerConfigurationError(`extenders[${index}].tlsConfig: ${message}`, "start", [{ path, message }]);
  }
  return {
    ...((insecure || (enableHTTPS && ca === undefined)) && { rejectUnauthorized: false }),
    ...(serverName !== "" && { servername: serverName }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}
