import { errorAnswer, json, jsonBody, type Answer } from '../gateway/answer.js'
import type { Mend, MendContext } from '../mends/mend.js'
import { refusalOf } from './admission.js'
import { withoutKeys } from './tags.js'
import { ServiceError } from './service-error.js'

type Input = Readonly<Record<string, unknown>>
interface Notification {
  ComparisonOperator: string
  NotificationType: string
  Threshold: number
  ThresholdType?: string
}
interface Subscriber {
  SubscriptionType: string
  Address: string
}
interface Watched {
  Notification: Notification
  Subscribers: Subscriber[]
}
interface Budget extends Record<string, unknown> {
  budget: Record<string, unknown>
  watched: Watched[]
  tags: Record<string, string>
}
type Kept = Map<string, Budget>

const KIND = 'budgets'
/** The end of a budget without one: 2087-06-15 (AWS Budgets API Reference, "TimePeriod"). */
const END_OF_TIME = 3_706_473_600

/** Each gets what a call says and changes what is kept (AWS Budgets API Reference, "Actions"). */
const OPERATIONS: Readonly<Record<string, (input: Input, kept: Kept, context: MendContext) => unknown>> = {
  CreateBudget: create,
  UpdateBudget(input, kept) {
    const budget = (input['NewBudget'] ?? {}) as Record<string, unknown>
    existing(String(budget['BudgetName']), kept).budget = complete(budget)
    return {}
  },
  DeleteBudget(input, kept) {
    existing(nameIn(input), kept)
    kept.delete(nameIn(input))
    return {}
  },
  DescribeBudget: (input, kept) => ({ Budget: existing(nameIn(input), kept).budget }),
  DescribeBudgets: (_input, kept) => ({ Budgets: [...kept.values()].map(({ budget }) => budget) }),
  DescribeNotificationsForBudget: (input, kept) => ({
    Notifications: existing(nameIn(input), kept).watched.map(({ Notification }) => Notification),
  }),
  DescribeSubscribersForNotification: (input, kept) => ({ Subscribers: watchedIn(input, kept).Subscribers }),
  CreateNotification(input, kept) {
    existing(nameIn(input), kept).watched.push(watch(input))
    return {}
  },
  DeleteNotification(input, kept) {
    const budget = existing(nameIn(input), kept)
    const gone = watchedIn(input, kept)
    budget.watched = budget.watched.filter((candidate) => candidate !== gone)
    return {}
  },
  CreateSubscriber(input, kept) {
    watchedIn(input, kept).Subscribers.push(input['Subscriber'] as Subscriber)
    return {}
  },
  DeleteSubscriber(input, kept) {
    const watched = watchedIn(input, kept)
    const { Address } = input['Subscriber'] as Subscriber
    watched.Subscribers = watched.Subscribers.filter((subscriber) => subscriber.Address !== Address)
    return {}
  },
  ListTagsForResource: (input, kept) => ({
    ResourceTags: Object.entries(tagged(input, kept).tags).map(([Key, Value]) => ({ Key, Value })),
  }),
  TagResource(input, kept) {
    Object.assign(tagged(input, kept).tags, tagsIn(input))
    return {}
  },
  UntagResource(input, kept) {
    const budget = tagged(input, kept)
    budget.tags = withoutKeys(budget.tags, (input['ResourceTagKeys'] ?? []) as string[])
    return {}
  },
}

/** Gap: the emulator has no AWS Budgets. Here budgets are kept in the gateway; nothing is spent and nobody is told. */
export const budgets: Mend = {
  id: 'budgets',
  gap: 'AWS Budgets is not there.',
  service: 'budgets',
  actions: Object.keys(OPERATIONS),
  async handle(request, context) {
    const refusal = await refusalOf(request, context)
    const operation = OPERATIONS[request.call.action]
    if (refusal || !operation) return refusal ?? context.forward(request)
    const input = jsonBody(request.body) ?? {}
    try {
      return await context.shelf.update<Budget, Answer>(KIND, (kept) =>
        json(200, operation(input, kept, context), undefined, [], 'application/x-amz-json-1.1'),
      )
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      return errorAnswer('json', { status: error.status, code: error.code, message: error.message })
    }
  },
}

function create(input: Input, kept: Kept): unknown {
  const budget = (input['Budget'] ?? {}) as Record<string, unknown>
  const name = String(budget['BudgetName'])
  if (!/^[^:\\]{1,100}$/.test(name)) throw new ServiceError('InvalidParameterException', `Invalid budget name: ${name}`)
  if (kept.has(name)) throw new ServiceError('DuplicateRecordException', `Error creating budget: ${name} - the budget already exists.`)
  const watched = ((input['NotificationsWithSubscribers'] ?? []) as Input[]).map(watch)
  kept.set(name, { budget: complete(budget), watched, tags: tagsIn(input) })
  return {}
}

/** A budget with what AWS fills in. */
function complete(budget: Record<string, unknown>): Record<string, unknown> {
  const limit = budget['BudgetLimit'] as { Amount: string; Unit: string } | undefined
  const period = budget['TimePeriod'] as { Start?: number; End?: number } | undefined
  const now = new Date()
  return {
    ...budget,
    ...(limit && { BudgetLimit: { ...limit, Amount: limit.Amount.includes('.') ? limit.Amount : `${limit.Amount}.0` } }),
    CostFilters: budget['CostFilters'] ?? {},
    CalculatedSpend: { ActualSpend: { Amount: '0.0', Unit: limit?.Unit ?? 'USD' } },
    TimePeriod: { Start: period?.Start ?? Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1) / 1000, End: period?.End ?? END_OF_TIME },
    LastUpdatedTime: Math.floor(now.getTime() / 1000),
  }
}

function watch(input: Input): Watched {
  const notification = input['Notification'] as Notification
  return {
    Notification: { ...notification, ThresholdType: notification.ThresholdType ?? 'PERCENTAGE' },
    Subscribers: [...((input['Subscribers'] ?? []) as Subscriber[])],
  }
}

function watchedIn(input: Input, kept: Kept): Watched {
  const wanted = input['Notification'] as Notification
  const found = existing(nameIn(input), kept).watched.find(
    ({ Notification: { ComparisonOperator, NotificationType, Threshold, ThresholdType } }) =>
      ComparisonOperator === wanted.ComparisonOperator &&
      NotificationType === wanted.NotificationType &&
      Threshold === wanted.Threshold &&
      ThresholdType === (wanted.ThresholdType ?? 'PERCENTAGE'),
  )
  if (!found) throw new ServiceError('NotFoundException', 'Unable to find the notification.')
  return found
}

function existing(name: string, kept: Kept): Budget {
  const budget = kept.get(name)
  if (!budget) throw new ServiceError('NotFoundException', `Unable to get budget: ${name} - the budget doesn't exist.`)
  return budget
}

function tagged(input: Input, kept: Kept): Budget {
  const arn = String(input['ResourceARN'])
  return existing(arn.slice(arn.indexOf('/') + 1), kept)
}

function tagsIn(input: Input): Record<string, string> {
  const list = (input['ResourceTags'] ?? []) as Array<{ Key: string; Value: string }>
  return Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]))
}

function nameIn(input: Input): string {
  return String(input['BudgetName'])
}
