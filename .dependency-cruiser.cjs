/** The house has floors: imports point down only. Each component knows its neighbours through the API server's client alone. */
const floors = [
  ["engine"],
  ["api"],
  ["control-plane", "scheduler", "node", "network", "traffic"],
  ["cluster"],
  ["output"],
  ["scenario"],
  ["study"],
  ["cli"],
];

const upward = floors.flatMap((rooms, floor) =>
  rooms.map((room) => ({
    name: `${room}-imports-down-only`,
    severity: "error",
    from: { path: `^src/${room}/` },
    to: { path: `^src/(${floors.slice(floor + 1).flat().join("|") || "nothing-above"})/` },
  })),
);

const components = floors[2];
const strangers = components.map((room) => ({
  name: `${room}-knows-other-components-through-the-api-server-only`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: {
    path: `^src/(${components.filter((other) => other !== room).join("|")})/`,
    pathNot: "^src/control-plane/apiserver/(client|heartbeats)\\.ts$",
  },
}));

module.exports = {
  forbidden: [
    ...upward,
    ...strangers,
    { name: "no-circles", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "controllers-know-the-client-only", severity: "error", from: { path: "^src/control-plane/controllers/" }, to: { path: "^src/control-plane/(etcd|apiserver)/", pathNot: "apiserver/(client|heartbeats)\\.ts$" } },
    { name: "etcd-knows-nobody", severity: "error", from: { path: "^src/control-plane/etcd/" }, to: { path: "^src/control-plane/(apiserver|controllers)/" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js"] },
  },
};
