import { systemClock } from '../core/clock.js'
import { systemProcesses } from '../core/processes.js'
import { runSupervisor, type SupervisorSettings } from './supervisor.js'

const settings = JSON.parse(process.argv[2] ?? '') as SupervisorSettings
void systemProcesses
  .self()
  .then((self) => runSupervisor(settings, self, systemClock))
  // Whatever a client or a timer still holds open must not keep the process.
  .then(() => process.exit(0))
