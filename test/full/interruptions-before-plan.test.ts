import { interruptEachOf, STEPS_BEFORE_PLAN } from '../helpers/interrupted-steps.js'

// One resource to change is enough: the signal comes before Terraform does.
interruptEachOf(STEPS_BEFORE_PLAN, (text, round) =>
  text.replace(/^network:\n/m, `network:\n  flowLogRetentionDays: ${round % 2 === 0 ? 14 : 30}\n`),
)
