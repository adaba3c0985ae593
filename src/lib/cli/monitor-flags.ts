import { Flags } from '@oclif/core'
import { UserError } from '../core/errors.js'

/** An address whose query and credentials nobody would see in an error: it has none. */
export const prometheusUrlFlag = Flags.custom({
  parse: async (value) => {
    if (URL.canParse(value)) {
      const { protocol, username, password, search, hash } = new URL(value)
      if (['http:', 'https:'].includes(protocol) && username === '' && password === '' && search === '' && hash === '') return value
    }
    throw new UserError('BadFlag', 'The address of Prometheus is not allowed.', {
      reason: 'It must be an address such as http://127.0.0.1:9090, without user, password or query.',
      next: ['platform monitor status --prometheus-url http://127.0.0.1:9090'],
    })
  },
})
