import { OptionDefaults } from "typedoc";

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  entryPoints: ["src/node/index.ts", "src/web/index.ts"],
  out: "build/docs",
  readme: "README.md",
  excludeInternal: true,
  excludePrivate: true,
  // Of the generated types.
  blockTags: [...OptionDefaults.blockTags, "@generated"],
  excludeTags: ["@generated"],
  // The folder of the examples is not part of the pages.
  validation: { invalidPath: false },
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  hideGenerator: true,
  disableSources: true,
};
