import { existsSync } from 'node:fs'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Starts the files that take longest first, so that none of them is left for the end, when the other worker has nothing to do any more.
 * Files that are not named come after these, in vitest's own order. The paths are below `test/`.
 */
export function longestFirst(paths: readonly string[]) {
  for (const path of paths) if (!existsSync(`test/${path}`)) throw new Error(`vitest.config.ts names test/${path}, which is not there`)
  const rank = ({ moduleId }: TestSpecification): number => {
    const index = paths.findIndex((path) => moduleId.endsWith(`/test/${path}`))
    return index === -1 ? paths.length : index
  }
  return class LongestFirst extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
    }
  }
}
