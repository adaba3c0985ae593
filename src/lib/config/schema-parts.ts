import * as z from 'zod'
import { REGION, ROLE_ARN } from '../core/aws-names.js'
import { NAME_RULE } from '../core/names.js'
import { isIpv4Cidr, isPrivateCidr } from './cidr.js'

// Compiling a schema pays for many values. A command reads a few files.
z.config({ jitless: true })

/** Built when a file has such a part: to build all schemas takes longer than to check a file. */
export function later<S extends z.ZodType>(build: () => S): z.ZodLazy<S> {
  const schema = z.lazy(build)
  // Whether it fills in what is missing. zod would build it to find out; none of ours does.
  schema._zod.optin = undefined
  return schema
}

// Rules are regular expressions where one can say them, because only those reach the published JSON Schemas.
export const name = z.string().regex(/^(?!.*--)[a-z][a-z0-9-]{0,30}[a-z0-9]$/, { error: `must be ${NAME_RULE}` })
export const cidr = z
  .string()
  .regex(/^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/, { error: 'must be an IPv4 address range such as 10.0.0.0/16', abort: true })
  .refine(isIpv4Cidr, { error: 'must be an IPv4 address range without host bits, such as 10.0.0.0/16', abort: true })
export const networkCidr = cidr
  .regex(/\/(?:1[6-9]|20)$/, { error: 'must be between /16 and /20', abort: true })
  .refine(isPrivateCidr, { error: 'must lie in a private range: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10' })
export const accountId = z.string().regex(/^\d{12}$/, { error: 'must be the 12 digits of an AWS account, in quotes' })
export const roleArn = z.string().regex(ROLE_ARN, { error: 'must be the ARN of an IAM role' })
export const principalArn = z
  .string()
  .regex(/^arn:aws(?:-[a-z]+)*:iam::\d{12}:(?:role|user)\/[\w+=,.@/-]{1,512}$/, { error: 'must be the ARN of an IAM role or user' })
export const region = z.string().regex(REGION, { error: 'must be an AWS region such as eu-west-1' })
export const email = z.string().regex(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, { error: 'must be an e-mail address such as oncall@example.com' })
export const days = (min: number, max: number): z.ZodInt => z.int().min(min).max(max)

/** Tag limits, those that all services share: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
export const tags = z.record(
  z.string().regex(/^(?!aws:|platform:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/u, {
    error: 'must be a tag key: at most 128 letters, digits, spaces and + - = . _ : / @, not starting with "aws:" or "platform:"',
  }),
  z
    .string()
    .max(256)
    .regex(/^[\p{L}\p{Z}\p{N}_.:/=+@-]*$/u, { error: 'may only have letters, digits, spaces and + - = . _ : / @' }),
)

/** Days that CloudWatch Logs accepts as retention (API reference, PutRetentionPolicy). */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const
export const logRetentionDays = z.literal(LOG_RETENTION_DAYS)
export type LogRetentionDays = z.output<typeof logRetentionDays>
