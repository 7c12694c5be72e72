/** An extender to test against: a real HTTP server that answers as it is told and remembers what it was asked. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { SynchronousHttp, type HttpSettings } from "../../../src/scheduler/extenders/synchronous-http.js";

export interface ExtenderRequest {
  readonly url: string;
  readonly method: string;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Seen {
  readonly requests: readonly ExtenderRequest[];
  /** Connections that were opened. */
  readonly connections: number;
}

/** What is answered to a verb. A function is sent to the server as text, so that it sees nothing but its argument. */
export type ServerAnswer = ((body: never) => unknown) | { readonly status?: number; readonly text?: string; readonly hangs?: boolean };

export class ExtenderServer {
  private constructor(
    private readonly worker: Worker,
    private readonly port: number,
  ) {}

  static async start(): Promise<ExtenderServer> {
    const worker = new Worker(new URL("./extender-server-worker.mjs", import.meta.url));
    const [port] = (await once(worker, "message")) as [number];
    return new ExtenderServer(worker, port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/scheduler`;
  }

  async answer(verb: string, answer: ServerAnswer): Promise<void> {
    this.worker.postMessage({ set: { verb, ...(typeof answer === "function" ? { code: answer.toString() } : answer) } });
    await once(this.worker, "message");
  }

  /** What was asked since the last time. */
  async seen(): Promise<Seen> {
    this.worker.postMessage({ read: true });
    const [seen] = (await once(this.worker, "message")) as [Seen];
    return seen;
  }

  /** From here on nobody listens at the port. */
  async close(): Promise<void> {
    this.worker.postMessage({ close: true });
    await once(this.worker, "message");
    await this.worker.terminate();
  }
}

const COMPILED = new URL("../../../dist/src/scheduler/extenders/http-worker.js", import.meta.url);

/** The client with the compiled module of its thread: threads cannot be started from TypeScript. */
export function compiledHttp(settings: HttpSettings): SynchronousHttp {
  if (!existsSync(fileURLToPath(COMPILED))) throw new Error("dist/ is missing: run npm run build");
  return new SynchronousHttp(settings, COMPILED);
}
