/** Where a command is said to run. */
export interface PodPlace {
  namespace: string
  pod: string
  container: string
}

export interface Play {
  stdout?: string
  stderr?: string
  exitCode: number
  /** Gives back what comes in, until there is no more. */
  echoes?: boolean
}

/** As a shell says that it cannot run something. */
const NOT_RUN = 126

/**
 * Answers a command that was to run in a container. No program is started: a container of the sandbox has no files, and this machine's are
 * none of its business.
 */
export function playCommand(command: readonly string[], place: PodPlace): Play {
  const [program = '', ...args] = command
  const environment = { HOSTNAME: place.pod, POD_NAMESPACE: place.namespace, CONTAINER: place.container }
  switch (program.replace(/^\/(?:usr\/)?bin\//, '')) {
    case 'true':
      return { exitCode: 0 }
    case 'false':
      return { exitCode: 1 }
    case 'echo':
      return { stdout: `${args.join(' ')}\n`, exitCode: 0 }
    case 'hostname':
      return { stdout: `${place.pod}\n`, exitCode: 0 }
    case 'env':
    case 'printenv':
      return {
        stdout: Object.entries(environment)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(''),
        exitCode: 0,
      }
    case 'cat':
      if (args.length === 0 || args.join() === '-') return { exitCode: 0, echoes: true }
      return { stderr: `cat: ${args[0]}: No such file or directory\n`, exitCode: 1 }
    default:
      return {
        stderr: `Pods of the sandbox run nothing, so "${program}" was not run. These answer: true, false, echo, hostname, env, and cat.\n`,
        exitCode: NOT_RUN,
      }
  }
}
