import Module, { createRequire } from 'node:module'
import path from 'node:path'

/** A file of CommonJS as a function: what it exports, and what it may use. */
export type Wrapper = (exports: unknown, require: NodeJS.Require, module: NodeJS.Module, file: string, folder: string) => void
type Load = (module: NodeJS.Module, file: string) => void

/**
 * Takes over the loading of the compiled files. They name each other by their places, so there is no need to look for a file on the disk,
 * in the folders above and through links, which takes longer than all else about a small file.
 * @param dist the folder of these files. Others are loaded as always.
 * @param compile a file, into a function
 */
export function loadOwnFiles(dist: string, compile: (file: string) => Wrapper): void {
  const inside = dist + path.sep
  const usual = createRequire(inside)

  const run: Load = (module, file) => {
    compile(file).call(module.exports, module.exports, requireFrom(path.dirname(file)), module, file, path.dirname(file))
    module.loaded = true
  }
  const requireFrom = (folder: string): NodeJS.Require => {
    const require = (id: string): unknown => {
      if (!id.startsWith('.')) return usual(id)
      const file = path.join(folder, id)
      let module = usual.cache[file]
      if (!module) {
        module = new Module(file)
        // Before it runs, because two files may need each other.
        usual.cache[file] = module
        try {
          run(module, file)
        } catch (error) {
          // Half made, it would hide the reason from whoever asks for it next.
          Reflect.deleteProperty(usual.cache, file)
          throw error
        }
      }
      return module.exports
    }
    return Object.defineProperties(require, {
      resolve: { get: () => usual.resolve },
      cache: { get: () => usual.cache },
      main: { get: () => usual.main },
    }) as NodeJS.Require
  }

  const extensions = loaders()
  const usualLoad = extensions['.js']
  // Node itself has nothing for this extension, and treats such files as those in CommonJS that end with .js.
  extensions['.cjs'] = (module, file) => (file.startsWith(inside) ? run : usualLoad)(module, file)
}

/** How Node loads a file, by its extension. */
function loaders(): { '.js': Load; '.cjs'?: Load } {
  return (Module as unknown as { _extensions: { '.js': Load; '.cjs'?: Load } })._extensions
}
