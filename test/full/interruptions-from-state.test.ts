import { interruptEachOf, STEPS_FROM_STATE } from '../helpers/interrupted-steps.js'

// A tag changes nearly everything: the signal comes while much is still to be changed.
interruptEachOf(STEPS_FROM_STATE, (text, round) => `${text}\ntags:\n  round: "${round}"\n`)
