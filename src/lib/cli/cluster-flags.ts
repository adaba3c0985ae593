import { Flags } from '@oclif/core'
import { REGION, ROLE_ARN } from '../core/aws-names.js'
import { UserError } from '../core/errors.js'
import { isLoopbackUrl } from '../core/loopback.js'

/** A flag whose value follows a rule. */
function checked(rule: { test(value: string): boolean }, allowed: string) {
  return Flags.custom({
    parse: async (value) => {
      if (rule.test(value)) return value
      throw new UserError('BadFlag', `${JSON.stringify(value)} is not allowed.`, { reason: `It must be ${allowed}.`, details: { value } })
    },
  })
}

export const clusterFlag = checked(/^[0-9A-Za-z][\w-]{0,99}$/, 'the name of an EKS cluster or of an environment')
export const regionFlag = checked(REGION, 'an AWS region such as eu-west-1')
export const roleFlag = checked(ROLE_ARN, 'the ARN of an IAM role')
export const endpointFlag = checked({ test: isLoopbackUrl }, 'an address of this machine such as http://127.0.0.1:4566')
/** kubectl takes more, but these need no quotes anywhere. */
export const aliasFlag = checked(/^[0-9A-Za-z][\w.@:/-]{0,252}$/, 'letters, digits and . _ @ : / -, starting with a letter or digit')
