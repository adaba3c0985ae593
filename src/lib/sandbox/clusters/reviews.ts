import type { Reviews } from './webhook-server.js'

/** Knows nobody and grants nothing. */
export const refusingReviews: Reviews = {
  token: async (_cluster, review) => ({ ...review, status: { authenticated: false } }),
  access: async (_cluster, review) => ({ ...review, status: { allowed: false } }),
}
