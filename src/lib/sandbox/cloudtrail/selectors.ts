import type { AdvancedEventSelector, AdvancedFieldSelector, EventSelector } from '@aws-sdk/client-cloudtrail'
import type { TrailRecord } from './record.js'

/** A trail as far as it says which records it wants. */
export interface Selection {
  homeRegion: string
  isMultiRegion: boolean
  includesGlobal: boolean
  eventSelectors: readonly EventSelector[]
  advancedSelectors: readonly AdvancedEventSelector[]
}

/** Of the services that act everywhere (AWS CloudTrail User Guide, "Global service events"). */
const GLOBAL_SOURCES = new Set(['iam.amazonaws.com', 'sts.amazonaws.com', 'cloudfront.amazonaws.com'])

/** Whether a trail delivers a record. */
export function selects(trail: Selection, record: TrailRecord): boolean {
  if (!trail.isMultiRegion && record.awsRegion !== trail.homeRegion) return false
  if (!trail.includesGlobal && record.awsRegion === 'us-east-1' && GLOBAL_SOURCES.has(record.eventSource)) return false
  if (trail.advancedSelectors.length > 0) return trail.advancedSelectors.some((selector) => fitsAll(selector.FieldSelectors ?? [], record))
  return trail.eventSelectors.some((selector) => fitsBasic(selector, record))
}

/** Whether a trail may want data events of a type of resource. */
export function mayWantData({ advancedSelectors, eventSelectors }: Selection, type: string): boolean {
  const basic = eventSelectors.some(({ DataResources = [] }) => DataResources.some(({ Type }) => Type === type))
  const isData = (fields: readonly AdvancedFieldSelector[]): boolean =>
    fields.some(({ Equals = [], Field }) => Field === 'eventCategory' && Equals.includes('Data')) &&
    fields.every((field) => field.Field !== 'resources.type' || fits(field, [type]))
  return basic || advancedSelectors.some(({ FieldSelectors = [] }) => isData(FieldSelectors))
}

function fitsBasic(selector: EventSelector, record: TrailRecord): boolean {
  const { DataResources = [], ExcludeManagementEventSources = [], IncludeManagementEvents = true, ReadWriteType = 'All' } = selector
  if (ReadWriteType !== 'All' && (ReadWriteType === 'ReadOnly') !== record.readOnly) return false
  if (record.managementEvent) return IncludeManagementEvents && !ExcludeManagementEventSources.includes(record.eventSource)
  return DataResources.some(({ Type, Values = [] }) =>
    (record.resources ?? []).some(({ ARN, type }) => type === Type && Values.some((value) => isBelow(ARN, value))),
  )
}

/** `arn:aws:s3` is everything; a bucket ends in a slash; a function or a table is named as a whole. */
function isBelow(arn: string, value: string): boolean {
  if (/^arn:[^:]+:(?:s3|lambda|dynamodb)(?::::?)?$/.test(value)) return true
  return value.startsWith('arn:aws:s3:') ? arn.startsWith(value) : arn === value
}

function fitsAll(fields: readonly AdvancedFieldSelector[], record: TrailRecord): boolean {
  return fields.every((field) => fits(field, valuesOf(field.Field ?? '', record)))
}

function valuesOf(field: string, record: TrailRecord): string[] {
  const resources = record.resources ?? []
  switch (field) {
    case 'eventCategory':
      return [record.eventCategory]
    case 'readOnly':
      return [String(record.readOnly)]
    case 'eventSource':
      return [record.eventSource]
    case 'eventName':
      return [record.eventName]
    case 'eventType':
      return [record.eventType]
    case 'userIdentity.arn':
      return [record.userIdentity.sessionContext?.sessionIssuer?.arn ?? record.userIdentity.arn ?? '']
    case 'resources.type':
      return resources.map(({ type }) => type)
    case 'resources.ARN':
      return resources.map(({ ARN }) => ARN)
    default:
      return []
  }
}

function fits(field: AdvancedFieldSelector, values: readonly string[]): boolean {
  const any = (wanted: readonly string[] | undefined, test: (value: string, text: string) => boolean): boolean | undefined =>
    wanted && wanted.length > 0 ? values.some((value) => wanted.some((text) => test(value, text))) : undefined
  const equals = (value: string, text: string): boolean => value === text
  const starts = (value: string, text: string): boolean => value.startsWith(text)
  const ends = (value: string, text: string): boolean => value.endsWith(text)
  const wanted = [any(field.Equals, equals), any(field.StartsWith, starts), any(field.EndsWith, ends)].filter((is) => is !== undefined)
  const unwanted = [any(field.NotEquals, equals), any(field.NotStartsWith, starts), any(field.NotEndsWith, ends)]
  return (wanted.length === 0 || wanted.some(Boolean)) && !unwanted.some(Boolean)
}
