// An HTTP server in a thread of its own: the thread that asks it waits without turning its event loop.
import http from "node:http";
import { parentPort } from "node:worker_threads";

const answers = new Map();
const requests = [];
const sockets = new Set();

const server = http.createServer((request, response) => {
  sockets.add(request.socket);
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const verb = request.url.slice(request.url.lastIndexOf("/") + 1);
    const text = Buffer.concat(chunks).toString();
    requests.push({ url: request.url, method: request.method, type: request.headers["content-type"], body: JSON.parse(text) });
    const answer = answers.get(verb);
    if (answer === undefined) response.writeHead(404).end();
    else if (answer.hangs) return;
    else
      response.writeHead(answer.status).end(answer.compute === undefined ? answer.text : JSON.stringify(answer.compute(JSON.parse(text))));
  });
});

parentPort.on("message", ({ set, read, close }) => {
  if (set !== undefined) {
    const { verb, code, ...answer } = set;
    answers.set(verb, { status: 200, text: "", ...answer, ...(code !== undefined && { compute: new Function(`return ${code}`)() }) });
    parentPort.postMessage("set");
  }
  if (read) parentPort.postMessage({ requests: requests.splice(0), connections: sockets.size });
  if (close) {
    server.closeAllConnections();
    server.close(() => parentPort.postMessage("closed"));
  }
});

server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
