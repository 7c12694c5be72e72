// A scheduler extender: a process that kube-scheduler, or kubewarp with --allow-extenders, asks over HTTP. It keeps pods of the tenant
// that their label names on that tenant's nodes, and prefers the nodes with the longer names: node examples/extender/extender.mjs
import http from "node:http";

const PORT = Number(process.argv[2] ?? 8888);

const answers = {
  filter({ Pod, Nodes }) {
    const tenant = Pod.metadata.labels?.tenant;
    const fits = (node) => tenant === undefined || node.metadata.labels?.tenant === tenant;
    const failed = Nodes.items.filter((node) => !fits(node));
    return {
      Nodes: { items: Nodes.items.filter(fits) },
      FailedNodes: Object.fromEntries(failed.map(({ metadata }) => [metadata.name, `node(s) belonged to another tenant than ${tenant}`])),
    };
  },
  prioritize({ Nodes }) {
    return Nodes.items.map(({ metadata }) => ({ Host: metadata.name, Score: Math.min(10, metadata.name.length) }));
  },
};

const server = http.createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const answer = answers[request.url.split("/").pop()];
  response.writeHead(answer === undefined ? 404 : 200).end(answer === undefined ? "" : JSON.stringify(answer(JSON.parse(body))));
});
server.listen(PORT, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
