import { jsonBody, withBody } from '../gateway/answer.js'
import type { Mend } from './mend.js'

interface ValidationOption {
  DomainName?: string
  ResourceRecord?: { Name?: string | undefined; Value?: string; Type?: string }
}

/**
 * Gap: for `*.example.com` the emulator wants a record of its own, `_x.*.example.com`, so Terraform does not find the record that it
 * made. AWS wants the same record for a name and its wildcard (AWS Certificate Manager User Guide, "DNS validation").
 */
export const acmWildcardRecord: Mend = {
  id: 'acm-wildcard-record',
  gap: 'DescribeCertificate wants a record with an asterisk in its name.',
  service: 'acm',
  actions: ['DescribeCertificate'],
  async handle(request, context) {
    const answer = await context.forward(request)
    const document = jsonBody(answer.body)
    const certificate = document?.['Certificate'] as { DomainValidationOptions?: ValidationOption[] } | undefined
    if (answer.status !== 200 || !certificate?.DomainValidationOptions) return answer
    certificate.DomainValidationOptions = sharedRecords(certificate.DomainValidationOptions)
    return withBody(answer, JSON.stringify(document))
  },
}

/** Gives each wildcard the record of the name that it stands for. */
export function sharedRecords(options: readonly ValidationOption[]): ValidationOption[] {
  return options.map((option) => {
    if (!option.DomainName?.startsWith('*.') || !option.ResourceRecord) return option
    const plain = options.find(({ DomainName }) => DomainName === option.DomainName?.slice(2))
    const own = { ...option.ResourceRecord, Name: option.ResourceRecord.Name?.replace('.*.', '.') }
    return { ...option, ResourceRecord: plain?.ResourceRecord ?? own }
  })
}
