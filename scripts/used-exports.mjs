// esbuild leaves out what nobody uses of a module only where it is imported at the top of a file. Clients of AWS are imported when they
// are needed, with hundreds of commands each. This leaves out of them every export whose name does not stand anywhere in the sources.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const CLIENTS = /^@aws-sdk\/client-/
const SCHEMAS = /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/

/** @param sources folder of the sources */
export function usedExportsOfClients(sources) {
  return {
    name: 'used-exports-of-clients',
    setup({ onResolve, onLoad }) {
      const words = wordsIn(sources)
      onResolve({ filter: CLIENTS }, ({ path: name, kind, importer }) =>
        kind === 'dynamic-import' && importer.startsWith(sources + path.sep) ? { path: name, namespace: 'used-exports' } : undefined,
      )
      onLoad({ filter: CLIENTS, namespace: 'used-exports' }, async ({ path: name }) => {
        const exported = Object.keys(await import(name)).filter((each) => each !== 'default')
        // `S3` is `S3Client` with a method for every command.
        const used = exported.filter((each) => words.has(each) && !exported.includes(`${each}Client`))
        return { contents: `export { ${used.join(', ')} } from ${JSON.stringify(name)}`, resolveDir: sources }
      })
      onLoad({ filter: SCHEMAS }, ({ path: file }) => ({ contents: withPlainKeys(readFileSync(file, 'utf8')), loader: 'js' }))
    },
  }
}

/** The shapes of requests and answers have constants as keys (`{ [_hE]: 404 }`), of which esbuild cannot tell that reading them does nothing. */
function withPlainKeys(text) {
  const constants = new Map([...text.matchAll(/^const (\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]))
  return text.replaceAll(/\[(\w+)\]: /g, (whole, name) => (constants.has(name) ? `${constants.get(name)}: ` : whole))
}

function wordsIn(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.ts'))
  return new Set(files.flatMap((name) => readFileSync(path.join(folder, name), 'utf8').match(/\b\w+\b/g) ?? []))
}
