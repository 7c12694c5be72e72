/** Worker thread of {@link SynchronousHttp}: posts what it is sent, one request after the other on one connection. */
import http from "node:http";
import https from "node:https";
import { workerData } from "node:worker_threads";
import type { HttpAnswer, HttpPost, HttpWorkerData } from "./synchronous-http.js";

const { port, answered, timeout, tls } = workerData as HttpWorkerData;

const ONE_CONNECTION = { keepAlive: true, maxSockets: 1 };
const agents = { "http:": new http.Agent(ONE_CONNECTION), "https:": new https.Agent({ ...ONE_CONNECTION, ...secure() }) };

/** TLS settings with keys and certificates as node:tls takes them: a worker gets buffers as plain arrays. */
function secure(): https.AgentOptions {
  const { ca, cert, key, ...rest } = tls;
  return {
    ...rest,
    ...(ca !== undefined && { ca: Buffer.from(ca) }),
    ...(cert !== undefined && { cert: Buffer.from(cert) }),
    ...(key !== undefined && { key: Buffer.from(key) }),
  };
}

port.on("message", (request: HttpPost) => {
  void send(request, AbortSignal.timeout(timeout)).then((answer) => {
    port.postMessage(answer);
    Atomics.store(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
});

function send({ url, body }: HttpPost, signal: AbortSignal, isRetry = false): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve({ failure: `Post ${JSON.stringify(url)}: ${failureText(error, signal)}` });
    let target: URL;
    try {
      target = new URL(url);
    } catch {
      // What has no scheme is no URL to node.
      failed(new Error('unsupported protocol scheme ""'));
      return;
    }
    const { protocol } = target;
    if (protocol !== "http:" && protocol !== "https:") {
      failed(new Error(`unsupported protocol scheme ${JSON.stringify(protocol.slice(0, -1))}`));
      return;
    }
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
    const request = (protocol === "https:" ? https : http).request(
      target,
      { method: "POST", agent: agents[protocol], headers, signal },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }));
        response.on("error", failed);
      },
    );
    request.on("error", (error: NodeJS.ErrnoException) => {
      // A kept connection that the server closed meanwhile: Go's client asks once more as well.
      if (request.reusedSocket && error.code === "ECONNRESET" && !isRetry) void send({ url, body }, signal, true).then(resolve);
      else failed(error);
    });
    request.end(body);
  });
}

/** As Go's net/http words it. */
function failureText(error: Error, signal: AbortSignal): string {
  if (signal.aborted) return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
  // A name with several addresses, of which none could be reached.
  if (error instanceof AggregateError && error.errors.length > 0) return failureText(error.errors[0] as Error, signal);
  const { code, address, port: number, hostname } = error as NodeJS.ErrnoException & { address?: string; port?: number; hostname?: string };
  if (code === "ECONNREFUSED")
    return `dial tcp ${address?.includes(":") === true ? `[${address}]` : (address ?? "")}:${number ?? ""}: connect: connection refused`;
  if (code === "ENOTFOUND") return `dial tcp: lookup ${hostname ?? ""}: no such host`;
  if (code === "ECONNRESET") return "EOF";
  return error.message;
}
