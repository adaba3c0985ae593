import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { programsSchema, type KubernetesPrograms } from '../clusters/programs.js'
import { json, jsonBody, type Answer } from './answer.js'
import { CONTROL_PREFIX, TOKEN_HEADER } from './control-path.js'
import { faultListSchema, type FaultPlan } from './fault-plan.js'

export interface ControlState {
  token: string
  faults: FaultPlan
  status: () => Record<string, unknown>
  clusters: {
    list(): Promise<unknown[]>
    switchOn(programs: KubernetesPrograms): Promise<void>
  }
  /** Delivers what CloudTrail recorded. */
  deliverTrails: (options: { digest: boolean }) => Promise<void>
}

/**
 * Answers the gateway's own interface: `GET status`, `GET`, `POST`, `DELETE` of `faults`, `GET clusters`, `POST kubernetes`, which
 * switches Kubernetes on, and `POST trails`, which delivers what CloudTrail recorded.
 */
export async function answerControl(request: IncomingMessage, body: string, state: ControlState): Promise<Answer> {
  if (!tokenFits(request.headers[TOKEN_HEADER], state.token)) return json(403, { message: 'The token is missing or wrong.' })
  switch (`${request.method} ${request.url}`) {
    case `GET ${CONTROL_PREFIX}status`:
      return json(200, state.status())
    case `GET ${CONTROL_PREFIX}faults`:
      return json(200, { faults: state.faults.list() })
    case `DELETE ${CONTROL_PREFIX}faults`:
      state.faults.clear()
      return json(200, { faults: [] })
    case `POST ${CONTROL_PREFIX}faults`:
      return addFaults(body, state.faults)
    case `GET ${CONTROL_PREFIX}clusters`:
      return json(200, { clusters: await state.clusters.list() })
    case `POST ${CONTROL_PREFIX}kubernetes`:
      return switchOn(body, state)
    case `POST ${CONTROL_PREFIX}trails`:
      await state.deliverTrails({ digest: jsonBody(Buffer.from(body))?.['digest'] === true })
      return json(200, {})
    default:
      return json(404, { message: 'There is nothing here.' })
  }
}

async function switchOn(body: string, { clusters }: ControlState): Promise<Answer> {
  const programs = programsSchema.safeParse(jsonBody(Buffer.from(body)))
  if (!programs.success) return json(400, { message: 'The body does not name the programs.' })
  await clusters.switchOn(programs.data)
  return json(200, {})
}

function addFaults(body: string, plan: FaultPlan): Answer {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return json(400, { message: 'The body is not JSON.' })
  }
  const faults = faultListSchema.safeParse(value)
  if (!faults.success)
    return json(400, { message: faults.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') })
  plan.add(faults.data)
  return json(200, { faults: plan.list() })
}

function tokenFits(given: string | string[] | undefined, token: string): boolean {
  const [a, b] = [Buffer.from(typeof given === 'string' ? given : ''), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}
