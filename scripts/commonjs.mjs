// Turns the ES modules that esbuild has split into CommonJS. Node reads each of many small files faster this way, for one after the
// other is found, read and run without a promise in between, and the compiled code can be kept (src/lib/cli/compile-cache.ts).
import path from 'node:path'
import { transform } from 'esbuild'

/**
 * esbuild names every function once more when it is made, in case it had to be renamed: a third of the work of some libraries at their
 * start. Few were renamed, and to look is faster. It stands in a file without sources of its own, so no source map becomes wrong.
 */
const NAMING = '__name=(target,value)=>__defProp(target,"name",{value,configurable:!0})'
const NAMING_THE_RENAMED = '__name=(target,value)=>target.name===value?target:__defProp(target,"name",{value,configurable:!0})'

const MAP_COMMENT = /\/\/# sourceMappingURL=.*\n?$/

/**
 * @param outputFiles of esbuild, each module with its source map
 * @returns `{ file, text }` of every module and map
 */
export async function toCommonJs(outputFiles) {
  const maps = new Map(outputFiles.filter(({ path: file }) => file.endsWith('.map')).map(({ path: file, text }) => [file, text]))
  const modules = outputFiles.filter(({ path: file }) => !maps.has(file))
  if (modules.filter(({ text }) => text.includes(NAMING)).length !== 1) throw new Error(`esbuild no longer writes: ${NAMING}`)
  const converted = modules.map(({ path: file, text }) => convert(file, text.replace(NAMING, NAMING_THE_RENAMED), maps.get(`${file}.map`)))
  return (await Promise.all(converted)).flat()
}

async function convert(file, text, before) {
  const { code, map } = await transform(text.replace(MAP_COMMENT, `//# sourceMappingURL=data:application/json;base64,${base64(before)}`), {
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    // `import()` of a chunk becomes `require`; oclif calls it for ES modules only, which none of its files is here.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.filename': '__filename', 'import.meta.dirname': '__dirname' },
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'external',
    sourcesContent: false,
    sourcefile: path.basename(file),
  })
  return [
    { file, text: `${code}//# sourceMappingURL=${path.basename(file)}.map\n` },
    { file: `${file}.map`, text: map },
  ]
}

function base64(text) {
  return Buffer.from(text).toString('base64')
}
