/** What may import what (docs/adr). Each rule carries its reason; a broken one fails `npm run check`. */
module.exports = {
  forbidden: [
    {
      name: "domain-is-pure",
      comment:
        "Decisions are tested without a broker, a database or a clock; infrastructure comes in as arguments.",
      severity: "error",
      from: { path: "^services/[^/]+/domain/" },
      to: {
        pathNot: [
          "^services/[^/]+/domain/",
          "^contracts/",
          "^lib/(money|errors|ids|canonical-json|escape-html)",
          "^node_modules/@sinclair/typebox",
        ],
      },
    },
    {
      name: "services-are-strangers",
      comment:
        "A service knows another one by its contract only; shared code goes to lib/ or contracts/.",
      severity: "error",
      from: { path: "^services/([^/]+)/" },
      to: { path: "^services/([^/]+)/", pathNot: "^services/$1/" },
    },
    {
      name: "lib-knows-no-business",
      comment: "lib/ is the framework: it would run another shop, or none.",
      severity: "error",
      from: { path: "^lib/" },
      to: { path: "^(services|mixins|contracts|config)/" },
    },
    {
      name: "contracts-are-a-leaf",
      comment: "The published language must not depend on who speaks it.",
      severity: "error",
      from: { path: "^contracts/" },
      to: { path: "^(services|mixins|config)/" },
    },
    {
      name: "no-cycles",
      comment: "A cycle means two files are one thing, or one thing in two files.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "only-tests-import-tests",
      severity: "error",
      from: { pathNot: "^(test|bench|chaos)/" },
      to: { path: "^(test|bench|chaos)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
  },
};
